#include "tests/sim/profacto/database.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <stdexcept>

#include "tests/sim/profacto/text.h"

namespace postern::sim::profacto {

namespace {

constexpr std::size_t kOrdersKept = 8;

// A packed row is its cells in column order: a tag, then the bytes of the value.
enum Tag : char { kEmpty = 'e', kFalse = 'f', kTrue = 't', kInteger = 'i', kNumber = 'n', kText = 's', kDate = 'd' };

template <typename T>
void appendRaw(std::string& out, T value) {
  std::array<char, sizeof(T)> raw{};
  std::memcpy(raw.data(), &value, sizeof(T));
  out.append(raw.data(), raw.size());
}

template <typename T>
T readRaw(const char* at) {
  T value{};
  std::memcpy(&value, at, sizeof(T));
  return value;
}

void pack(std::string& out, const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) {
    out += *flag ? kTrue : kFalse;
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    out += kInteger;
    appendRaw(out, *integer);
  } else if (const auto* number = std::get_if<double>(&value)) {
    out += kNumber;
    appendRaw(out, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    out += kText;
    appendRaw(out, static_cast<std::uint32_t>(text->size()));
    out += *text;
  } else if (const auto* day = std::get_if<std::chrono::sys_days>(&value)) {
    out += kDate;
    appendRaw(out, static_cast<std::int32_t>(day->time_since_epoch().count()));
  } else {
    out += kEmpty;
  }
}

Cell unpackOne(const char*& at) {
  switch (*at++) {
    case kFalse:
      return false;
    case kTrue:
      return true;
    case kInteger:
      at += 8;
      return readRaw<std::int64_t>(at - 8);
    case kNumber:
      at += 8;
      return readRaw<double>(at - 8);
    case kText: {
      const auto length = readRaw<std::uint32_t>(at);
      at += 4 + length;
      return std::string_view(at - length, length);
    }
    case kDate:
      at += 4;
      return std::chrono::sys_days(std::chrono::days(readRaw<std::int32_t>(at - 4)));
    default:
      return std::monostate();
  }
}

void skipOne(const char*& at) {
  switch (*at++) {
    case kInteger:
    case kNumber:
      at += 8;
      break;
    case kText:
      at += 4 + readRaw<std::uint32_t>(at);
      break;
    case kDate:
      at += 4;
      break;
    default:
      break;
  }
}

Value owned(const Cell& cell) {
  return std::visit(
      [](const auto& v) -> Value {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::string_view>) {
          return std::string(v);
        } else {
          return v;
        }
      },
      cell);
}

void appendBigEndian(std::string& out, std::uint64_t bits) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((bits >> shift) & 0xFF);
}

// Bytes whose order is the order of the values.
void appendSortable(std::string& out, const Cell& cell) {
  if (const auto* text = std::get_if<std::string_view>(&cell)) {
    out += '\1';
    out += collationKey(*text);
    out += '\0';
  } else if (std::holds_alternative<std::monostate>(cell)) {
    out += '\0';
  } else {
    double number = 0;
    if (const auto* flag = std::get_if<bool>(&cell)) number = *flag ? 1 : 0;
    if (const auto* integer = std::get_if<std::int64_t>(&cell)) number = static_cast<double>(*integer);
    if (const auto* value = std::get_if<double>(&cell)) number = *value;
    if (const auto* day = std::get_if<std::chrono::sys_days>(&cell))
      number = static_cast<double>(day->time_since_epoch().count());
    const auto bits = std::bit_cast<std::uint64_t>(number);
    out += '\1';
    appendBigEndian(out, (bits >> 63) != 0 ? ~bits : bits | (std::uint64_t{1} << 63));
  }
}

}  // namespace

Table::Table(std::string name, std::vector<Column> columns, std::vector<std::size_t> keyColumns, bool uniqueKeys)
    : name_(std::move(name)),
      columns_(std::move(columns)),
      keyColumns_(std::move(keyColumns)),
      uniqueKeys_(uniqueKeys) {}

std::optional<std::size_t> Table::columnNamed(std::string_view siteName) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == siteName) return i;
  }
  return std::nullopt;
}

std::size_t Table::column(std::string_view either) const {
  if (const auto found = columnNamed(either)) return *found;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].word == either) return i;
  }
  throw std::invalid_argument("no field " + name_ + '.' + std::string(either));
}

std::vector<Value> Table::emptyRow() const {
  std::vector<Value> row;
  row.reserve(columns_.size());
  for (const Column& column : columns_) {
    switch (column.type) {
      case Type::Text:
        row.emplace_back(std::string());
        break;
      case Type::Integer:
        row.emplace_back(std::int64_t{0});
        break;
      case Type::Number:
        row.emplace_back(0.0);
        break;
      case Type::Boolean:
        row.emplace_back(false);
        break;
      case Type::Date:
        row.emplace_back(std::monostate());
        break;
    }
  }
  return row;
}

Slot Table::insert(const std::vector<Value>& row) {
  std::string packed;
  for (const Value& value : row) pack(packed, value);
  Slot slot = static_cast<Slot>(packed_.size());
  if (free_.empty()) {
    packed_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  packed_[slot] = std::move(packed);
  packed_[slot].shrink_to_fit();
  const std::string newKey = key(slot);
  if (uniqueKeys_ && keys_.contains(newKey)) {
    packed_[slot].clear();
    free_.push_back(slot);
    throw std::invalid_argument("key exists: " + name_ + ' ' + newKey);
  }
  enter(slot);
  ++size_;
  return slot;
}

void Table::update(Slot slot, const std::vector<std::pair<std::size_t, Value>>& changes) {
  std::vector<Cell> cells;
  unpack(slot, cells);
  std::vector<Value> row;
  for (const Cell& cell : cells) row.push_back(owned(cell));
  for (const auto& [column, value] : changes) row[column] = value;
  std::string packed;
  for (const Value& value : row) pack(packed, value);
  const std::string oldKey = key(slot);
  leave(slot);
  packed_[slot].swap(packed);
  const std::string newKey = key(slot);
  const bool taken = uniqueKeys_ && newKey != oldKey && keys_.contains(newKey);
  if (taken) packed_[slot].swap(packed);
  enter(slot);
  if (taken) throw std::invalid_argument("key exists: " + name_ + ' ' + newKey);
}

void Table::erase(Slot slot) {
  leave(slot);
  packed_[slot].clear();
  packed_[slot].shrink_to_fit();
  free_.push_back(slot);
  --size_;
}

Cell Table::cell(Slot slot, std::size_t column) const {
  const char* at = packed_[slot].data();
  for (std::size_t i = 0; i < column; ++i) skipOne(at);
  return unpackOne(at);
}

void Table::unpack(Slot slot, std::vector<Cell>& out) const {
  out.clear();
  const char* at = packed_[slot].data();
  for (std::size_t i = 0; i < columns_.size(); ++i) out.push_back(unpackOne(at));
}

std::string Table::text(Slot slot, std::size_t column) const {
  const Cell value = cell(slot, column);
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const auto* day = std::get_if<std::chrono::sys_days>(&value)) return isoDate(*day);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  std::string out;
  if (const auto* number = std::get_if<double>(&value)) appendJsonNumber(out, *number);
  return out;
}

std::string Table::key(Slot slot) const {
  std::string out;
  for (const std::size_t column : keyColumns_) {
    if (column != keyColumns_.front()) out += '|';
    out += text(slot, column);
  }
  return out;
}

std::optional<Slot> Table::find(const std::string& key) const {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return std::nullopt;
  return found->second;
}

std::string Table::sortKey(Slot slot, const Order& order) const {
  std::string out;
  for (const OrderTerm& term : order) {
    const std::size_t from = out.size();
    appendSortable(out, cell(slot, term.column));
    if (!term.descending) continue;
    for (std::size_t i = from; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
  }
  return out;
}

void Table::sort(std::vector<Slot>& slots, const Order& order) const {
  if (order.empty()) {
    std::sort(slots.begin(), slots.end());
    return;
  }
  std::vector<std::pair<std::string, Slot>> keyed;
  keyed.reserve(slots.size());
  for (const Slot slot : slots) keyed.emplace_back(sortKey(slot, order), slot);
  std::sort(keyed.begin(), keyed.end());
  std::transform(keyed.begin(), keyed.end(), slots.begin(), [](const auto& entry) { return entry.second; });
}

const std::vector<Slot>& Table::ordered(const Order& order) {
  const auto same = [](const OrderTerm& a, const OrderTerm& b) {
    return a.column == b.column && a.descending == b.descending;
  };
  for (const Cached& cached : orders_) {
    if (std::equal(order.begin(), order.end(), cached.order.begin(), cached.order.end(), same)) return cached.slots;
  }
  Cached cached{order, {}};
  cached.slots.reserve(size_);
  for (Slot slot = 0; slot < packed_.size(); ++slot) {
    if (!packed_[slot].empty()) cached.slots.push_back(slot);
  }
  sort(cached.slots, order);
  if (orders_.size() == kOrdersKept) orders_.pop_front();
  orders_.push_back(std::move(cached));
  return orders_.back().slots;
}

std::vector<Slot>::iterator Table::place(Cached& cached, Slot slot) const {
  const std::string wanted = sortKey(slot, cached.order);
  return std::lower_bound(cached.slots.begin(), cached.slots.end(), slot, [&](Slot a, Slot b) {
    const int compared = sortKey(a, cached.order).compare(wanted);
    return compared != 0 ? compared < 0 : a < b;
  });
}

std::vector<Slot> Table::withText(std::size_t column, const std::string& folded) {
  auto found = texts_.find(column);
  if (found == texts_.end()) {
    found = texts_.try_emplace(column).first;
    for (const Slot slot : ordered({})) {
      const Cell value = cell(slot, column);
      if (const auto* text = std::get_if<std::string_view>(&value)) found->second.emplace(fold(*text), slot);
    }
  }
  std::vector<Slot> out;
  const auto [begin, end] = found->second.equal_range(folded);
  for (auto it = begin; it != end; ++it) out.push_back(it->second);
  return out;
}

void Table::enter(Slot slot) {
  ++version_;
  keys_.emplace(key(slot), slot);
  for (Cached& cached : orders_) cached.slots.insert(place(cached, slot), slot);
  for (auto& [column, index] : texts_) {
    index.emplace(fold(text(slot, column)), slot);
  }
}

void Table::leave(Slot slot) {
  ++version_;
  const auto drop = [slot](TextIndex& index, const std::string& text) {
    const auto [begin, end] = index.equal_range(text);
    const auto found = std::find_if(begin, end, [slot](const auto& entry) { return entry.second == slot; });
    if (found != end) index.erase(found);
  };
  drop(keys_, key(slot));
  for (Cached& cached : orders_) cached.slots.erase(place(cached, slot));
  for (auto& [column, index] : texts_) drop(index, fold(text(slot, column)));
}

}  // namespace postern::sim::profacto
