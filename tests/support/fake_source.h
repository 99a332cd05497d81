#pragma once
// An ERP in memory: rows per kind that a test edits, read page by page.

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/connector.h"

namespace postern {

/// Not thread-safe: edit and read from one thread at a time. A row with a field "unreadable" is refused by map().
class FakeSource : public Source {
 public:
  using Kinds = std::vector<std::string_view>;
  static constexpr Message kDown{"PST-0101", {"the ERP does not answer", "", ""}, {"", "", ""}};
  static constexpr Message kUnreadable{"PST-0102", {"the row is unreadable", "", ""}, {"", "", ""}};

  explicit FakeSource(Kinds kinds = {"customer", "project", "position"}) : kinds_(std::move(kinds)) {}

  void put(Record record) {
    auto& row = rows_[record.kind][record.key];
    if (keepsChanged && record.changed) record.fields["changed"] = isoDate(*record.changed);
    row.raw = record.parent + '\x1f' + toJson(record.fields);
    row.changedAt = ++time_;
  }
  void put(std::string kind, std::string key, Fields fields, std::string parent = {}) {
    put(Record{std::move(kind), std::move(key), std::move(parent), std::move(fields), {}});
  }
  void remove(const std::string& kind, const std::string& key) { rows_[kind].erase(key); }
  void clear(const std::string& kind) { rows_[kind].clear(); }

  std::optional<Record> get(const std::string& kind, const std::string& key) const {
    const auto rows = rows_.find(kind);
    if (rows == rows_.end()) return std::nullopt;
    const auto row = rows->second.find(key);
    if (row == rows->second.end()) return std::nullopt;
    return *map(kind, Row{key, row->second.raw});
  }

  int pageSize = 3;
  bool keepsChanged = false;  // rows carry Record::changed
  bool tellsChanges = false;  // answers a request that is not full with what changed since the last scan
  int reads = 0;              // pages asked for
  int rowsRead = 0;
  std::vector<ScanRequest> requests;
  /// Called before each answer; what it returns is answered instead.
  std::function<std::optional<Result<Page>>(const ScanRequest&)> instead;
  /// May change a good page before it is handed out.
  std::function<void(const ScanRequest&, Page&)> change;

  std::span<const std::string_view> kinds() const override { return kinds_; }

  Result<Page> read(const ScanRequest& request, std::stop_token) override {
    ++reads;
    requests.push_back(request);
    if (instead) {
      if (auto scripted = instead(request)) return std::move(*scripted);
    }
    auto page = pageOf(request);
    if (change) change(request, page);
    rowsRead += static_cast<int>(page.rows.size());
    return page;
  }

  Result<Record> map(std::string_view kind, const Row& row) const override {
    const auto split = row.raw.find('\x1f');
    Record record{std::string(kind),
                  row.key,
                  std::string(row.raw.substr(0, split)),
                  fieldsFromJson(row.raw.substr(split + 1)),
                  {}};
    if (record.fields.contains("unreadable")) return fail(Fault::Reject, kUnreadable);
    if (keepsChanged) {
      record.changed = parseIsoDate(record.field("changed"));
      record.fields.erase("changed");
    }
    record.fields.erase("unread");  // the bytes change, what is read does not
    return record;
  }

  static Error down(std::optional<std::chrono::seconds> retryAfter = {}) {
    return Error{Fault::Retry, &kDown, {}, {}, retryAfter};
  }

 private:
  struct Stored {
    std::string raw;
    int changedAt = 0;
  };
  static int number(const std::string& text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }

  Page pageOf(const ScanRequest& request) {
    const bool full = request.full || !tellsChanges || request.since.empty();
    auto copy = std::make_shared<std::vector<std::pair<std::string, Stored>>>();
    for (const auto& [key, row] : rows_[request.kind]) {
      if (full || row.changedAt >= number(request.since)) copy->emplace_back(key, row);
    }
    const auto from = std::min(static_cast<std::size_t>(number(request.position)), copy->size());
    const auto to = std::min(from + static_cast<std::size_t>(pageSize), copy->size());
    Page page;
    page.full = full;
    for (auto i = from; i < to; ++i) page.rows.push_back({(*copy)[i].first, (*copy)[i].second.raw});
    page.last = to == copy->size();
    // What changes between two pages must be found by the next scan, so `since` is the time of the first page.
    if (request.position.empty()) startedAt_[request.kind] = std::max(time_, 1);
    page.next = std::to_string(to);
    if (page.last && tellsChanges) page.since = std::to_string(startedAt_[request.kind]);
    page.storage = std::move(copy);
    return page;
  }

  Kinds kinds_;
  std::map<std::string, std::map<std::string, Stored>> rows_;
  std::map<std::string, int> startedAt_;  // of the scan of each kind that was begun last
  int time_ = 0;
};

}  // namespace postern
