#include "tests/sim/craftboxx/store.h"

#include <algorithm>

namespace postern::sim::craftboxx {

std::string valueText(const Json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>();
  if (value.is_boolean()) return value.get<bool>() ? "1" : "0";
  return value.is_null() ? "" : value.dump();
}

Store::Store() { clear(); }

void Store::clear() {
  for (const Resource resource : kResources) {
    Table& into = table(resource);
    const auto version = into.version;
    into = Table();
    // Apart for each resource, so that a mixed-up id is seen at once.
    into.nextId = 1 + 1000 * (static_cast<std::int64_t>(resource) + 1);
    into.version = version;
    for (const Field& field : fieldsOf(resource)) {
      if (field.indexed) into.indexes[std::string(field.name)];
    }
    changed(into);
  }
}

void Store::changed(Table& in) {
  ++in.version;
  ++version_;
}

void Store::index(Table& in, Record& record, const Json& fields, bool add) {
  for (auto& [name, index] : in.indexes) {
    const auto value = fields.find(name);
    if (value == fields.end() || value->is_null()) continue;
    if (add) {
      index[valueText(*value)].push_back(&record);
      continue;
    }
    const auto entry = index.find(valueText(*value));
    if (entry == index.end()) continue;
    std::erase(entry->second, &record);
    if (entry->second.empty()) index.erase(entry);
  }
}

void Store::countAssignment(const Record& assignment, int by) {
  const bool archived = isArchived(Resource::Assignments, assignment);
  table(Resource::Assignments).archived += archived ? by : 0;
  const auto projectId = assignment.fields.find("project_id");
  if (projectId == assignment.fields.end()) return;
  Record* project = find(Resource::Projects, projectId->get<std::int64_t>());
  if (project == nullptr) return;
  Table& projects = table(Resource::Projects);
  const bool before = isArchived(Resource::Projects, *project);
  project->assignments += by;
  project->archivedAssignments += archived ? by : 0;
  const bool after = isArchived(Resource::Projects, *project);
  if (before != after) {
    projects.archived += after ? 1 : -1;
    changed(projects);
  }
}

Record& Store::insert(Resource resource, Json fields, Seconds now) {
  Table& into = table(resource);
  const auto id = into.nextId++;
  Record& record = into.records.emplace_hint(into.records.end(), id, Record())->second;
  record.id = id;
  record.created = record.updated = now;
  for (auto it = fields.begin(); it != fields.end();) it = it->is_null() ? fields.erase(it) : std::next(it);
  record.fields = std::move(fields);
  into.byUpdate.emplace(now, id);
  index(into, record, record.fields, true);
  if (resource == Resource::Assignments) countAssignment(record, 1);
  changed(into);
  return record;
}

bool Store::update(Resource resource, Record& record, const Json& changes) {
  Table& in = table(resource);
  bool differs = false;
  if (resource == Resource::Assignments) countAssignment(record, -1);
  for (const auto& [name, value] : changes.items()) {
    const auto old = record.fields.find(name);
    const bool same = old == record.fields.end() ? value.is_null() : *old == value;
    if (same) continue;
    differs = true;
    if (in.indexes.contains(name)) {
      if (old != record.fields.end()) index(in, record, Json{{name, *old}}, false);
      index(in, record, Json{{name, value}}, true);
    }
    if (value.is_null()) {
      record.fields.erase(name);
    } else {
      record.fields[name] = value;
    }
  }
  if (resource == Resource::Assignments) countAssignment(record, 1);
  if (differs) changed(in);
  return differs;
}

void Store::touch(Resource resource, Record& record, Seconds now) {
  Table& in = table(resource);
  in.byUpdate.erase({record.updated, record.id});
  record.updated = now;
  in.byUpdate.emplace(now, record.id);
  changed(in);
}

bool Store::erase(Resource resource, std::int64_t id) {
  Table& in = table(resource);
  const auto found = in.records.find(id);
  if (found == in.records.end()) return false;
  Record& record = found->second;
  if (resource == Resource::Assignments) countAssignment(record, -1);
  if (resource == Resource::Projects && isArchived(resource, record)) --in.archived;
  index(in, record, record.fields, false);
  in.byUpdate.erase({record.updated, id});
  in.records.erase(found);
  changed(in);
  return true;
}

Record* Store::find(Resource resource, std::int64_t id) {
  auto& records = table(resource).records;
  const auto found = records.find(id);
  return found == records.end() ? nullptr : &found->second;
}

const Record* Store::find(Resource resource, std::int64_t id) const {
  const auto& records = table(resource).records;
  const auto found = records.find(id);
  return found == records.end() ? nullptr : &found->second;
}

const std::vector<Record*>& Store::having(Resource resource, std::string_view field, const std::string& value) const {
  static const std::vector<Record*> kNone;
  const auto index = table(resource).indexes.find(field);
  if (index == table(resource).indexes.end()) return kNone;
  const auto found = index->second.find(value);
  return found == index->second.end() ? kNone : found->second;
}

bool Store::isArchived(Resource resource, const Record& record) {
  if (resource == Resource::Projects) {
    return record.assignments > 0 && record.assignments == record.archivedAssignments;
  }
  if (resource != Resource::Assignments) return false;
  const auto state = record.fields.find("state");
  return state != record.fields.end() && *state == "ARCHIVED";
}

std::int64_t Store::duplicates(Resource resource) const {
  const auto index = table(resource).indexes.find("source_external_id");
  if (index == table(resource).indexes.end()) return 0;
  std::int64_t pairs = 0;
  for (const auto& [key, records] : index->second) {
    if (records.size() < 2) continue;
    std::map<std::string, int> bySource;
    for (const Record* record : records) {
      if (const auto source = record->fields.find("source"); source != record->fields.end()) {
        ++bySource[valueText(*source)];
      }
    }
    pairs += std::count_if(bySource.begin(), bySource.end(), [](const auto& entry) { return entry.second > 1; });
  }
  return pairs;
}

}  // namespace postern::sim::craftboxx
