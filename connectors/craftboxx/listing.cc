#include "connectors/craftboxx/listing.h"

#include <simdjson.h>

#include <deque>

#include "connectors/craftboxx/messages.h"

namespace postern::craftboxx {

namespace ondemand = simdjson::ondemand;

namespace {

struct Storage {
  std::string body;
  std::deque<std::string> rewritten;  // rows that held token-like members
};

/// The members that tell where a page stands; absent ones stay empty.
struct PageNumbers {
  std::optional<std::int64_t> current;
  std::optional<std::int64_t> last;
  std::optional<std::int64_t> perPage;
  std::optional<std::int64_t> total;
  bool nextIsNull = false;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

void readNumber(ondemand::value value, std::optional<std::int64_t>& out) {
  std::int64_t number = 0;
  if (value.get_int64().get(number) == simdjson::SUCCESS ||
      value.get_int64_in_string().get(number) == simdjson::SUCCESS) {
    out = number;
  }
}

void readPageNumber(std::string_view name, ondemand::value value, PageNumbers& numbers) {
  if (name == "current_page") {
    readNumber(value, numbers.current);
  } else if (name == "last_page") {
    readNumber(value, numbers.last);
  } else if (name == "per_page") {
    readNumber(value, numbers.perPage);
  } else if (name == "total") {
    readNumber(value, numbers.total);
  } else if (name == "next_page_url") {
    numbers.nextIsNull = value.is_null();
  }
}

/// The member's name with escapes as they are. Throws simdjson_error.
std::string_view nameOf(simdjson::simdjson_result<ondemand::field>& field) {
  const char* begin = ondemand::raw_json_string(field.key()).raw();
  const char* end = begin;
  while (*end != '"') end += *end == '\\' ? 2 : 1;
  return {begin, static_cast<std::size_t>(end - begin)};
}

/// Throws simdjson_error. An id may come as number or text.
ListedRow readRow(ondemand::object object) {
  ListedRow row;
  for (auto field : object) {
    const std::string_view name = nameOf(field);
    if (name == "id") {
      const std::string_view token = trimmed(field.value().raw_json_token());
      if (token.starts_with('"')) {
        row.id = std::string(token.substr(1, token.size() - 2));
      } else if (token.find_first_not_of("0123456789") == std::string_view::npos) {
        row.id = std::string(token);
      }
    } else if (name == "updated_at") {
      const std::string_view token = trimmed(field.value().raw_json_token());
      if (token.size() > 2 && token.starts_with('"')) row.updated = token.substr(1, token.size() - 2);
    }
  }
  object.reset();
  row.raw = trimmed(object.raw_json());
  return row;
}

void readRows(ondemand::array rows, ListedPage& page, Storage& storage, std::size_t& count) {
  for (auto element : rows) {
    ListedRow row = readRow(element.get_object());
    ++count;
    if (row.id.empty()) {
      ++page.withoutId;
      continue;
    }
    if (auto clean = withoutSecrets(row.raw)) row.raw = storage.rewritten.emplace_back(std::move(*clean));
    page.rows.push_back(std::move(row));
  }
}

void readObject(ondemand::object root, ListedPage& page, Storage& storage, PageNumbers& numbers, std::size_t& count,
                bool& hasData) {
  for (auto field : root) {
    const std::string_view name = nameOf(field);
    ondemand::value value = field.value();
    if (name == "data") {
      readRows(value.get_array(), page, storage, count);
      hasData = true;
    } else if (name == "meta") {
      if (value.type() != ondemand::json_type::object) continue;
      for (auto inner : value.get_object()) readPageNumber(nameOf(inner), inner.value(), numbers);
    } else {
      readPageNumber(name, value, numbers);
    }
  }
}

/// Whether the page agrees with what it says of itself.
bool agrees(const PageNumbers& numbers, int asked, std::size_t count) {
  if (numbers.current && *numbers.current != asked) return false;
  if (!numbers.total || !numbers.perPage || *numbers.perPage <= 0) {
    return count > 0 || !numbers.last || *numbers.last <= asked;
  }
  const std::int64_t before = (asked - 1) * *numbers.perPage;
  const std::int64_t expected = std::clamp<std::int64_t>(*numbers.total - before, 0, *numbers.perPage);
  return static_cast<std::int64_t>(count) >= expected;
}

}  // namespace

Result<ListedPage> parseList(std::string body, int asked, const Session& session, const Resource& resource) {
  const auto storage = std::make_shared<Storage>();
  storage->body = std::move(body);
  std::string& bytes = storage->body;
  bytes.reserve(bytes.size() + simdjson::SIMDJSON_PADDING);

  ListedPage page;
  PageNumbers numbers;
  std::size_t count = 0;
  bool hasData = false;
  try {
    ondemand::parser parser;
    ondemand::document document = parser.iterate(bytes.data(), bytes.size(), bytes.capacity());
    if (document.type() == ondemand::json_type::array) {
      readRows(document.get_array(), page, *storage, count);
      hasData = true;
    } else {
      readObject(document.get_object(), page, *storage, numbers, count, hasData);
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) hasData = false;  // something follows
  } catch (const simdjson::simdjson_error&) {
    hasData = false;
  }
  if (!hasData) return fail(Fault::Retry, kUnreadable, {session.system(), resource.path});
  if (!agrees(numbers, asked, count)) {
    return fail(Fault::Retry, kShortPage, {session.system(), resource.path, std::to_string(asked)});
  }
  page.last =
      count == 0 || numbers.nextIsNull || (numbers.current && numbers.last && *numbers.current >= *numbers.last);
  page.storage = storage;
  return page;
}

Result<ListedPage> readList(Session& session, const Resource& resource, const ListStyle& style, Query filters, int page,
                            std::stop_token stop, int* status) {
  filters.emplace_back(style.pageSizeName, std::to_string(style.pageSize));
  filters.emplace_back("page", std::to_string(page));
  if (resource.archives) filters.emplace_back("show_archived", "true");
  const bool relations = style.relations && resource.articles;
  if (relations) filters.emplace_back("with[]", "articles");

  if (status != nullptr) *status = 0;
  auto answer = session.send({"GET", resource.path, formEncode(filters), {}}, Purpose::Read, stop);
  if (answer && answer->status == 500 && relations) {
    filters.pop_back();
    answer = session.send({"GET", resource.path, formEncode(filters), {}}, Purpose::Read, stop);
  }
  if (!answer) return tl::unexpected(std::move(answer.error()));
  if (status != nullptr) *status = answer->status;
  if (auto error = session.failure(*answer, Purpose::Read, {resource.path, {}})) {
    return tl::unexpected(std::move(*error));
  }
  return parseList(std::move(answer->body), page, session, resource);
}

}  // namespace postern::craftboxx
