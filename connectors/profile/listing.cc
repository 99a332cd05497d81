#include "connectors/profile/listing.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <deque>

#include "connectors/profile/messages.h"

namespace postern::profile {

namespace dom = simdjson::dom;

namespace {

using Storage = std::deque<std::string>;

/// Absent when a member on the way is; an empty path is `value` itself.
std::optional<dom::element> at(dom::element value, const Path& path) {
  for (const std::string& name : path) {
    dom::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS || object.at_key(name).get(value) != simdjson::SUCCESS) {
      return std::nullopt;
    }
  }
  return value;
}

/// A text, or a whole number; empty for anything else.
std::string textOf(std::optional<dom::element> value) {
  if (!value) return {};
  std::string_view text;
  if (value->get_string().get(text) == simdjson::SUCCESS) return std::string(text);
  std::int64_t number = 0;
  return value->get_int64().get(number) == simdjson::SUCCESS ? std::to_string(number) : std::string{};
}

std::optional<std::int64_t> numberOf(std::optional<dom::element> value) {
  const std::string text = textOf(value);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string textAt(dom::element value, const Path& path) {
  return path.empty() ? std::string{} : textOf(at(value, path));
}

void addRow(dom::element row, std::string id, ListedPage& page, Storage& storage) {
  if (id.empty()) {
    ++page.withoutId;
    return;
  }
  page.rows.push_back({std::move(id), storage.emplace_back(simdjson::to_string(row))});
}

/// False when a row has not the form the profile tells.
bool addRows(dom::element row, const Profile& profile, const Kind& kind, ListedPage& page, Storage& storage) {
  if (!row.is_object()) return false;
  page.updated.push_back(textAt(row, profile.updated));
  if (kind.within.empty()) {
    addRow(row, textAt(row, kind.id.empty() ? profile.id : kind.id), page, storage);
    return true;
  }
  const Kind* outer = profile.kind(kind.within);
  const std::string parent = textAt(row, outer == nullptr || outer->id.empty() ? profile.id : outer->id);
  const auto inner = at(row, kind.rows);
  if (!inner || inner->is_null()) return true;
  dom::array rows;
  if (inner->get_array().get(rows) != simdjson::SUCCESS) return false;
  for (const dom::element one : rows) {
    if (!one.is_object()) return false;
    const std::string own = textAt(one, kind.id);
    addRow(one, parent.empty() || own.empty() ? std::string{} : parent + "/" + own, page, storage);
  }
  return true;
}

std::int64_t pageNumber(const std::string& token, const Paging& paging) {
  std::int64_t page = paging.firstPage;
  std::from_chars(token.data(), token.data() + token.size(), page);
  return page;
}

/// Sets ListedPage::next; the message when the page is not what was asked for.
const Message* findNext(dom::element root, std::int64_t count, const PageAsked& asked, const Paging& paging,
                        ListedPage& page) {
  bool last = true;
  if (paging.style == Paging::Style::Cursor) {
    page.next = textAt(root, paging.next);
    last = page.next.empty();
    if (!last && page.next == asked.token) return &kEndless;
  } else if (paging.style == Paging::Style::Page) {
    const std::int64_t number = pageNumber(asked.token, paging);
    const std::int64_t before = number - paging.firstPage;  // pages
    const auto told = paging.page.empty() ? std::nullopt : numberOf(at(root, paging.page));
    const auto pages = paging.pages.empty() ? std::nullopt : numberOf(at(root, paging.pages));
    const auto total = paging.total.empty() ? std::nullopt : numberOf(at(root, paging.total));
    if (told && *told != number) return &kShortPage;
    if (total && count < std::min<std::int64_t>(asked.size, *total - before * asked.size) && paging.fullPages) {
      return &kShortPage;
    }
    if (pages) {
      last = before + 1 >= *pages;
    } else if (total) {
      last = (before + 1) * asked.size >= *total;
    } else {
      last = count == 0 || (paging.fullPages && count < asked.size);
    }
    if (!last) page.next = std::to_string(number + 1);
  }
  return paging.fullPages && !last && count < asked.size ? &kShortPage : nullptr;
}

}  // namespace

Result<ListedPage> parseList(std::string_view body, const PageAsked& asked, const Session& session, const Kind& kind) {
  const Profile& profile = session.profile();
  const auto unreadable = [&] { return fail(Fault::Retry, kUnreadable, {session.system(), kind.path}); };
  dom::parser parser;
  dom::element root;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) return unreadable();
  const auto list = at(root, profile.paging.rows);
  dom::array rows;
  if (!list || list->get_array().get(rows) != simdjson::SUCCESS) return unreadable();

  const auto storage = std::make_shared<Storage>();
  ListedPage page;
  for (const dom::element row : rows) {
    if (!addRows(row, profile, kind, page, *storage)) return unreadable();
  }
  const auto count = static_cast<std::int64_t>(page.updated.size());
  if (const Message* wrong = findNext(root, count, asked, profile.paging, page)) {
    return fail(Fault::Retry, *wrong, {session.system(), kind.path});
  }
  page.storage = storage;
  return page;
}

Result<ListedPage> readList(const Session& session, const Kind& kind, const Query& filters, const PageAsked& asked,
                            std::stop_token stop) {
  const Profile& profile = session.profile();
  const Paging& paging = profile.paging;
  Query query = kind.query;
  query.insert(query.end(), filters.begin(), filters.end());
  if (!paging.sizeParameter.empty()) query.emplace_back(paging.sizeParameter, std::to_string(asked.size));
  if (paging.style == Paging::Style::Cursor && !asked.token.empty()) {
    query.emplace_back(paging.cursorParameter, asked.token);
  }
  if (paging.style == Paging::Style::Page) {
    query.emplace_back(paging.pageParameter, std::to_string(pageNumber(asked.token, paging)));
  }
  auto answer = session.send({"GET", kind.path, formEncode(query), {}, {}}, Purpose::Read, stop);
  if (!answer) return tl::unexpected(std::move(answer.error()));
  if (auto error = session.failure(*answer, Purpose::Read, {kind.path, {}})) return tl::unexpected(std::move(*error));
  return parseList(answer->body, asked, session, kind);
}

}  // namespace postern::profile
