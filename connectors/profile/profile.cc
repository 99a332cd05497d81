#include "connectors/profile/profile.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "agent/http_client.h"
#include "connectors/profile/checked_json.h"
#include "connectors/profile/messages.h"

namespace postern::profile {

namespace {

constexpr long kFormat = 1;
constexpr std::size_t kMaxFile = 1 << 20;

const std::vector<std::string> kItemPlaces{"{path}", "{id}", "{external_id}"};
const std::vector<std::string> kErrorPlaces{"{entity}", "{id}", "{operation}"};

void readSummary(CheckedJson& root, Profile& profile) {
  CheckedJson summary = root.object("summary");
  for (const char* language : {"en", "de", "nl"}) profile.summaries.push_back(summary.text(language));
  summary.finish();
}

void readHttp(CheckedJson& root, Profile& profile) {
  CheckedJson http = root.object("http");
  profile.basePath = http.text("base_path", "");
  while (profile.basePath.starts_with('/')) profile.basePath.erase(0, 1);
  while (profile.basePath.ends_with('/')) profile.basePath.pop_back();
  CheckedJson headers = http.object("headers");
  for (const std::string& name : headers.names()) {
    profile.headers.emplace_back(name, headers.pattern(name, {"{token}", "{account}"}));
  }
  http.finish();
}

void readLimits(CheckedJson& root, Profile& profile) {
  if (!root.has("limits")) return;
  CheckedJson limits = root.object("limits");
  profile.maxPageSize = static_cast<int>(limits.number("page_size", profile.maxPageSize, 1, 10'000));
  profile.maxBody = static_cast<std::size_t>(limits.number("body_bytes", 0, 0, 1L << 30));
  limits.finish();
}

void readPaging(CheckedJson& root, Paging& paging) {
  CheckedJson from = root.object("paging");
  const std::string style = from.choice("style", {"none", "cursor", "page"});
  paging.rows = from.path("rows");
  paging.sizeParameter = from.text("size_parameter", "");
  paging.fullPages = from.flag("full_pages", false);
  if (style == "cursor") {
    paging.style = Paging::Style::Cursor;
    paging.cursorParameter = from.text("cursor_parameter");
    from.text("next");
    paging.next = from.path("next");
  } else if (style == "page") {
    paging.style = Paging::Style::Page;
    paging.pageParameter = from.text("page_parameter");
    paging.firstPage = static_cast<int>(from.number("first_page", 1, 0, 1));
    paging.page = from.path("page");
    paging.pages = from.path("pages");
    paging.total = from.path("total");
  }
  if (paging.fullPages) from.text("size_parameter");
  from.finish();
}

void readItem(CheckedJson& root, Profile& profile) {
  CheckedJson item = root.object("item");
  item.text("id");
  profile.id = item.path("id");
  profile.idIsNumber = item.choice("id_form", {"text", "number"}) == "number";
  profile.externalId = item.path("external_id");
  profile.version = item.path("version");
  profile.updated = item.path("updated");
  profile.wrapper = item.path("wrapper");
  item.finish();
}

void readErrors(CheckedJson& root, Profile& profile) {
  if (!root.has("error")) return;
  CheckedJson error = root.object("error");
  profile.errorMessage = error.path("message");
  profile.errorCode = error.path("code");
  profile.errorField = error.path("field");
  error.finish();
}

Operation readOperation(CheckedJson& write, const std::string& name) {
  CheckedJson from = write.object(name);
  Operation operation;
  operation.method = from.choice("method", {"PUT", "POST", "PATCH"});
  from.text("path");
  operation.path = from.pattern("path", kItemPlaces);
  from.finish();
  return operation;
}

void readWriting(CheckedJson& root, Profile& profile) {
  if (!root.has("write")) return;
  CheckedJson write = root.object("write");
  profile.create = readOperation(write, "create");
  profile.update = readOperation(write, "update");
  profile.whole = write.choice("sends", {"whole", "changed"}) == "whole";
  write.text("read");
  profile.readPath = write.pattern("read", {"{path}", "{id}"});
  profile.findPath = write.pattern("find", {"{path}", "{external_id}"});
  profile.findParameter = write.text("find_parameter", "");
  if (profile.findPath.empty() == profile.findParameter.empty()) write.bad("find", kOneWayToFind, {});
  profile.idempotencyHeader = write.text("idempotency_header", "");
  profile.matchHeader = write.text("match_header", "");
  profile.claimMember = write.text("claim_member", "");
  write.finish();
  if (profile.externalId.size() != 1) root.bad("item.external_id", kNeededToWrite, {"item.external_id"});
}

Form formOf(CheckedJson& from) {
  const std::string form = from.choice("form", {"text", "flag", "date", "number", "hours", "words", "reference"});
  if (form == "flag") return Form::Flag;
  if (form == "date") return Form::Date;
  if (form == "number") return Form::Number;
  if (form == "hours") return Form::Hours;
  if (form == "words") return Form::Words;
  return form == "reference" ? Form::Reference : Form::Text;
}

Field readField(CheckedJson& fields, const std::string& name) {
  Field field;
  field.ours = name;
  if (fields.raw(name).is_string()) {
    fields.text(name);
    field.member = fields.path(name);
    return field;
  }
  CheckedJson from = fields.object(name);
  from.text("member");
  field.member = from.path("member");
  field.form = formOf(from);
  field.written = from.flag("written", true);
  if (field.form == Form::Reference) field.target = from.text("kind");
  if (field.form == Form::Text) field.maxLength = static_cast<std::size_t>(from.number("max_length", 0, 0, 1'000'000));
  if (field.form == Form::Number || field.form == Form::Hours) {
    field.decimals = static_cast<int>(from.number("decimals", 4, 0, 9));
  }
  if (field.form == Form::Words) {
    CheckedJson words = from.object("words");
    std::set<std::string> ours;
    for (auto& [theirs, word] : from.pairs("words")) {
      if (field.written && !ours.insert(word).second) words.bad(theirs, kWordTwice, {word});
      field.words.emplace(theirs, word);
    }
  }
  from.finish();
  return field;
}

void readKindWriting(CheckedJson& from, Kind& kind, const Profile& profile) {
  if (!from.has("write")) return;
  CheckedJson write = from.object("write");
  if (profile.create.path.empty()) from.bad("write", kNeededToWrite, {"write"});
  kind.writes = true;
  kind.rank = static_cast<int>(write.number("rank", 0, 0, 99));
  kind.prefix = write.text("prefix");
  kind.refusalsPass = write.flag("refusals_pass", false);
  kind.together = write.texts("together");
  kind.createOnly = write.texts("create_only");
  write.finish();
}

Kind readKind(CheckedJson& kinds, const std::string& name, const Profile& profile) {
  CheckedJson from = kinds.object(name);
  Kind kind;
  kind.name = name;
  kind.within = from.text("within", "");
  kind.id = from.path("id");
  if (kind.within.empty()) {
    kind.path = from.text("path");
    kind.query = from.pairs("query");
    kind.parent = from.path("parent");
    kind.changes = from.flag("changes", true);
    readKindWriting(from, kind, profile);
  } else {
    from.text("rows");
    kind.rows = from.path("rows");
    from.text("id");
    const Kind* parent = profile.kind(kind.within);
    if (parent == nullptr || !parent->within.empty()) {
      from.bad("within", kNoSuchKind, {from.whereOf("within"), kind.within});
    }
    kind.path = parent->path;
    kind.query = parent->query;
    kind.changes = parent->changes;
  }
  CheckedJson fields = from.object("fields");
  for (const std::string& field : fields.names()) kind.fields.push_back(readField(fields, field));
  from.finish();
  return kind;
}

/// What only the whole file can tell: references to kinds, prefixes that begin alike.
void checkKinds(CheckedJson& kinds, const Profile& profile) {
  for (const Kind& kind : profile.kinds) {
    CheckedJson from = kinds.object(kind.name);
    CheckedJson fields = from.object("fields");
    for (const Field& field : kind.fields) {
      const Kind* target = field.form == Form::Reference ? profile.kind(field.target) : nullptr;
      if (field.form == Form::Reference && target == nullptr) {
        fields.bad(field.ours, kNoSuchKind, {fields.whereOf(field.ours), field.target});
      }
      const bool written = kind.writes && field.written;
      if (written && field.member.size() > 1) fields.bad(field.ours, kNestedWrite, {fields.whereOf(field.ours)});
      if (written && target != nullptr && target->writes && target->rank >= kind.rank) {
        fields.bad(field.ours, kParentLater, {field.target, kind.name});
      }
    }
  }
}

void readErrorList(CheckedJson& root, Profile& profile) {
  if (!root.has("error_list")) return;
  CheckedJson from = root.object("error_list");
  ErrorList& list = profile.errorList;
  list.kind = from.text("kind");
  if (profile.kind(list.kind) != nullptr) from.bad("kind", kMemberTwice, {list.kind});
  list.rank = static_cast<int>(from.number("rank", 9, 0, 99));
  from.text("path");
  list.path = from.pattern("path", kErrorPlaces);
  CheckedJson members = from.object("members");
  list.code = members.text("code", "");
  list.message = members.text("message");
  list.firstSeen = members.text("first_seen", "");
  list.lastSeen = members.text("last_seen", "");
  members.finish();
  from.finish();
}

}  // namespace

const Kind* Profile::kind(std::string_view wanted) const {
  const auto found = std::ranges::find_if(kinds, [&](const Kind& kind) { return kind.name == wanted; });
  return found == kinds.end() ? nullptr : &*found;
}

bool Profile::writes() const { return std::ranges::any_of(kinds, &Kind::writes) || !errorList.kind.empty(); }

Profile parseProfile(std::string_view text, const std::string& file) {
  const auto json = parseStrictly(text, file);
  CheckedJson root(json, file, "");
  Profile profile;
  profile.name = file;
  root.number("format", kFormat, kFormat, kFormat);
  root.ignore("about");
  readSummary(root, profile);
  readHttp(root, profile);
  readLimits(root, profile);
  readPaging(root, profile.paging);
  if (root.has("changes")) {
    CheckedJson changes = root.object("changes");
    profile.changesParameter = changes.text("parameter");
    changes.finish();
  }
  readItem(root, profile);
  readErrors(root, profile);
  readWriting(root, profile);
  profile.dateForm = root.choice("dates", {"YYYY-MM-DD", "DD-MM-YYYY", "DD.MM.YYYY", "YYYYMMDD", "MM/DD/YYYY"});
  CheckedJson kinds = root.object("kinds");
  for (const std::string& name : kinds.names()) profile.kinds.push_back(readKind(kinds, name, profile));
  if (profile.kinds.empty()) root.bad("kinds", kMissingMember, {"kinds"});
  checkKinds(kinds, profile);
  readErrorList(root, profile);
  root.finish();
  return profile;
}

Profile loadProfile(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(kMaxFile + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  if (!stream.eof() || text.empty()) throw ConfigError(file.string(), kFileUnreadable);
  return parseProfile(text, file.string());
}

std::string fillPath(const std::string& pattern, const std::map<std::string, std::string, std::less<>>& values) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t open = pattern.find('{'); open != std::string::npos; open = pattern.find('{', at)) {
    const std::size_t end = pattern.find('}', open);
    if (end == std::string::npos) break;
    out.append(pattern, at, open - at);
    const std::string name = pattern.substr(open + 1, end - open - 1);
    const auto value = values.find(name);
    if (value != values.end()) out += name == "path" ? value->second : percentEncode(value->second);
    at = end + 1;
  }
  return out.append(pattern, at);
}

std::string pathText(const Path& path) {
  std::string out;
  for (const std::string& name : path) out += (out.empty() ? "" : ".") + name;
  return out;
}

}  // namespace postern::profile
