#include "tests/sim/crafter/crafter_simulator.h"

#include <array>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "tests/sim/crafter/core.h"

namespace postern::sim {

using crafter::Answer;
using crafter::Entity;
using crafter::Failure;
using crafter::Item;
using crafter::mustBe;
using crafter::Time;
using Json = nlohmann::json;

CrafterSimulator::CrafterSimulator(CrafterOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
}

CrafterSimulator::~CrafterSimulator() { stop(); }

CrafterOptions CrafterSimulator::options() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->options;
}

void CrafterSimulator::setOptions(const CrafterOptions& options) {
  const std::lock_guard lock(impl_->mutex);
  impl_->options = options;
}

void CrafterSimulator::setNow(std::optional<Time> now) {
  const std::lock_guard lock(impl_->mutex);
  impl_->fixedNow = now;
}

void CrafterSimulator::reset() {
  const std::lock_guard lock(impl_->mutex);
  impl_->store.clear();
  impl_->answered.clear();
  impl_->errors.clear();
  impl_->timeline = Json::array();
  impl_->tally = {};
}

std::string CrafterSimulator::create(const std::string& entity, const Json& fields) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->create(mustBe(entity), fields);
}

bool CrafterSimulator::edit(const std::string& entity, const std::string& id, const Json& fields) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->edit(mustBe(entity), id, fields);
}

bool CrafterSimulator::remove(const std::string& entity, const std::string& id) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->store.erase(mustBe(entity), id);
}

std::string CrafterSimulator::createWorkOrder(const Json& fields) {
  const std::lock_guard lock(impl_->mutex);
  Json all{{"status", "new"}, {"articles", Json::array()}};
  all.update(fields);
  if (!all.contains("number")) all["number"] = impl_->workOrderNumber();
  return impl_->create(mustBe("work-orders"), std::move(all));
}

std::string CrafterSimulator::addArticle(const std::string& workOrder, const std::string& number, double quantity,
                                         bool ticked) {
  const std::lock_guard lock(impl_->mutex);
  const Entity& entity = mustBe("work-orders");
  const Item* item = impl_->store.find(entity, workOrder);
  if (item == nullptr) throw std::invalid_argument("there is no work order " + workOrder);
  Json articles = item->fields.value("articles", Json::array());
  const std::string lineId = std::to_string(++impl_->lastArticle);
  articles.push_back({{"line_id", lineId},
                      {"number", number},
                      {"description", "Artikel " + number},
                      {"quantity", quantity},
                      {"ticked", ticked}});
  impl_->edit(entity, workOrder, {{"articles", std::move(articles)}});
  return lineId;
}

bool CrafterSimulator::tickArticle(const std::string& workOrder, const std::string& lineId, bool ticked) {
  const std::lock_guard lock(impl_->mutex);
  const Entity& entity = mustBe("work-orders");
  const Item* item = impl_->store.find(entity, workOrder);
  if (item == nullptr) return false;
  Json articles = item->fields.value("articles", Json::array());
  for (Json& line : articles) {
    if (line["line_id"] != lineId) continue;
    line["ticked"] = ticked;
    return impl_->edit(entity, workOrder, {{"articles", articles}});
  }
  return false;
}

bool CrafterSimulator::setStatus(const std::string& workOrder, const std::string& status) {
  return edit("work-orders", workOrder, {{"status", status}});
}

void CrafterSimulator::addUsers(int count) {
  for (int i = 1; i <= count; ++i) {
    std::array<char, 16> code{};
    std::snprintf(code.data(), code.size(), "E%02d", i);
    create("users", {{"unique_code", code.data()}, {"name", "Monteur " + std::to_string(i)}});
  }
}

Json CrafterSimulator::records(const std::string& entity) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->records(mustBe(entity));
}

Json CrafterSimulator::record(const std::string& entity, const std::string& id) const {
  const std::lock_guard lock(impl_->mutex);
  const Item* item = impl_->store.find(mustBe(entity), id);
  return item == nullptr ? Json() : impl_->contractItem(mustBe(entity), *item);
}

std::int64_t CrafterSimulator::count(const std::string& entity) const {
  const std::lock_guard lock(impl_->mutex);
  return static_cast<std::int64_t>(impl_->store.all(mustBe(entity)).size());
}

std::int64_t CrafterSimulator::doubled(const std::string& entity) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->doubled(mustBe(entity));
}

Json CrafterSimulator::errors() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->errorList();
}

Json CrafterSimulator::timeline() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->timeline;
}

Response CrafterSimulator::handle(const Request& request) {
  ++impl_->busy;
  Response response;
  {
    const std::lock_guard lock(impl_->mutex);
    try {
      const Answer answer = impl_->answer(request);
      response.status = answer.status;
      if (answer.status != 204) response.body = answer.body.dump(-1, ' ', false, Json::error_handler_t::replace);
    } catch (const Failure& failure) {
      auto& tally = impl_->tally;
      tally.unauthorized += failure.status == 401 ? 1 : 0;
      tally.conflicts += failure.status == 409 || failure.status == 412 ? 1 : 0;
      tally.invalid += failure.status == 422 ? 1 : 0;
      tally.limited += failure.status == 429 ? 1 : 0;
      Json error{{"code", failure.code}, {"message", failure.message}};
      if (!failure.member.empty()) error["field"] = failure.member;
      response.status = failure.status;
      response.body = Json{{"error", std::move(error)}}.dump();
      if (failure.status == 429) response.headers.emplace_back("Retry-After", "1");
    }
  }
  --impl_->busy;
  return response;
}

Simulator::Effect CrafterSimulator::effectOf(const Request& request) const {
  return request.method == "GET" ? Effect::Read : Effect::Write;
}

std::optional<Response> CrafterSimulator::control(const Request& request) {
  const std::string& path = request.path;
  Response response;
  Json out = Json::object();
  if (request.method == "GET" && (path == "/_sim/dump" || path == "/_sim/summary")) {
    for (const Entity& entity : crafter::entities()) {
      const std::string name(entity.name);
      out[name] = path == "/_sim/dump" ? records(name) : Json{{"count", count(name)}, {"duplicates", doubled(name)}};
    }
    if (path == "/_sim/dump") {
      out["errors"] = errors();
      out["timeline"] = timeline();
    }
    response.body = out.dump();
    return response;
  }
  if (request.method != "POST") return std::nullopt;
  const Json input = request.body.empty() ? Json::object() : Json::parse(request.body, nullptr, false);
  const auto found = [](bool was) {
    if (!was) throw std::invalid_argument("no such item");
  };
  try {
    if (path == "/_sim/mode") {
      auto changed = options();
      for (const auto& [name, value] : input.items()) setOption(changed, name, value);
      setOptions(changed);
    } else if (path == "/_sim/create") {
      out["id"] = create(input.at("entity"), input.at("fields"));
    } else if (path == "/_sim/edit") {
      found(edit(input.at("entity"), input.at("id"), input.at("fields")));
    } else if (path == "/_sim/remove") {
      found(remove(input.at("entity"), input.at("id")));
    } else if (path == "/_sim/work_order") {
      out["id"] = createWorkOrder(input);
    } else if (path == "/_sim/article") {
      out["line_id"] = addArticle(input.at("work_order"), input.at("number"), input.at("quantity"), input.at("ticked"));
    } else if (path == "/_sim/tick") {
      found(tickArticle(input.at("work_order"), input.at("line_id"), input.at("ticked")));
    } else if (path == "/_sim/status") {
      found(setStatus(input.at("work_order"), input.at("status")));
    } else if (path == "/_sim/hours") {
      out["id"] = addHours(input);
    } else if (path == "/_sim/clock") {
      const Json& now = input.at("now");
      setNow(now.is_null() ? std::nullopt : std::optional(Time(std::chrono::seconds(now.get<std::int64_t>()))));
    } else if (path == "/_sim/reset") {
      reset();
    } else {
      return std::nullopt;
    }
  } catch (const std::exception& error) {
    response.status = 400;
    out = {{"error", error.what()}};
  }
  response.body = out.dump();
  return response;
}

std::string CrafterSimulator::extraCounts() const {
  const std::lock_guard lock(impl_->mutex);
  const auto& tally = impl_->tally;
  return Json{{"created", tally.created},
              {"updated", tally.updated},
              {"unchanged", tally.unchanged},
              {"linked", tally.linked},
              {"replayed", tally.replayed},
              {"unauthorized", tally.unauthorized},
              {"conflicts", tally.conflicts},
              {"invalid", tally.invalid},
              {"limited", tally.limited},
              {"errorsSet", tally.errorsSet},
              {"errorsCleared", tally.errorsCleared},
              {"openErrors", impl_->errors.size()}}
      .dump();
}

}  // namespace postern::sim
