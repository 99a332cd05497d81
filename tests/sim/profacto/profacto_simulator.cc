#include "tests/sim/profacto/profacto_simulator.h"

#include <algorithm>

#include "tests/sim/profacto/core.h"

namespace postern::sim {

using namespace profacto;

ProfactoSimulator::ProfactoSimulator() : ProfactoSimulator(ProfactoOptions()) {}

ProfactoSimulator::ProfactoSimulator(ProfactoOptions options) : core_(std::make_unique<Core>(std::move(options))) {
  for (const ProfactoClient& client : core_->options.otherClients) occupySlot(client);
}

ProfactoSimulator::~ProfactoSimulator() {
  {
    const std::lock_guard lock(core_->mutex);
    core_->stopping = true;
  }
  core_->stopped.notify_all();
  // Before the members go: requests that are under way still use them.
  stop();
}

void ProfactoSimulator::load(const JoinerySize& size) {
  const std::lock_guard lock(core_->mutex);
  makeJoinery(size, core_->database);
}

void ProfactoSimulator::configure(const std::function<void(ProfactoOptions&)>& change) {
  const std::lock_guard lock(core_->mutex);
  change(core_->options);
}

void ProfactoSimulator::insert(const std::string& table, const Json& row) {
  const std::lock_guard lock(core_->mutex);
  core_->insert(table, row);
}

void ProfactoSimulator::setField(const std::string& table, const std::string& key, const std::string& field,
                                 const Json& value) {
  setFields(table, key, Json{{field, value}});
}

void ProfactoSimulator::setFields(const std::string& table, const std::string& key, const Json& fields) {
  const std::lock_guard lock(core_->mutex);
  core_->setFields(table, key, fields);
}

void ProfactoSimulator::erase(const std::string& table, const std::string& key) {
  const std::lock_guard lock(core_->mutex);
  core_->erase(table, key);
}

ProfactoSimulator::Json ProfactoSimulator::row(const std::string& table, const std::string& key) const {
  const std::lock_guard lock(core_->mutex);
  const Table& wanted = core_->table(table);
  const auto slot = wanted.find(key);
  return slot ? toJson(wanted, *slot) : Json();
}

std::vector<ProfactoSimulator::Json> ProfactoSimulator::rows(const std::string& table, std::size_t offset,
                                                             std::size_t limit) const {
  const std::lock_guard lock(core_->mutex);
  Table& wanted = core_->table(table);
  const auto& all = wanted.ordered({});
  const std::size_t begin = std::min(offset, all.size());
  const std::size_t end = limit == 0 ? all.size() : begin + std::min(limit, all.size() - begin);
  std::vector<Json> out;
  for (std::size_t i = begin; i < end; ++i) out.push_back(toJson(wanted, all[i]));
  return out;
}

std::vector<std::string> ProfactoSimulator::keys(const std::string& table) const {
  const std::lock_guard lock(core_->mutex);
  Table& wanted = core_->table(table);
  std::vector<std::string> out;
  for (const Slot slot : wanted.ordered({})) out.push_back(wanted.key(slot));
  return out;
}

std::size_t ProfactoSimulator::size(const std::string& table) const {
  const std::lock_guard lock(core_->mutex);
  return core_->table(table).size();
}

void ProfactoSimulator::lockRecord(const std::string& table, const std::string& key) {
  const std::lock_guard lock(core_->mutex);
  core_->slot(table, key);
  core_->locked.emplace(table, key);
}

void ProfactoSimulator::unlockRecord(const std::string& table, const std::string& key) {
  const std::lock_guard lock(core_->mutex);
  core_->locked.erase({table, key});
}

void ProfactoSimulator::bookTime(const std::string& project, const std::string& position,
                                 const std::string& costSource) {
  const std::lock_guard lock(core_->mutex);
  core_->book(project, position, costSource);
}

void ProfactoSimulator::printDocument(const std::string& project, int processStatus,
                                      std::optional<int> documentStatus) {
  const std::lock_guard lock(core_->mutex);
  core_->print(project, processStatus, documentStatus);
}

std::chrono::sys_seconds ProfactoSimulator::now() const {
  const std::lock_guard lock(core_->mutex);
  return core_->now();
}

void ProfactoSimulator::advanceClock(std::chrono::seconds by) {
  const std::lock_guard lock(core_->mutex);
  core_->advanced += by;
}

void ProfactoSimulator::occupySlot(const ProfactoClient& client) {
  const std::lock_guard lock(core_->mutex);
  core_->slots.occupy(client, core_->now(), core_->options);
}

void ProfactoSimulator::releaseSlots() {
  const std::lock_guard lock(core_->mutex);
  core_->slots.clear();
}

int ProfactoSimulator::slotsInUse() const {
  const std::lock_guard lock(core_->mutex);
  return core_->slots.inUse(core_->now());
}

void ProfactoSimulator::setTokenPending(const std::string& token, bool pending) {
  const std::lock_guard lock(core_->mutex);
  if (pending) {
    core_->pendingTokens.insert(token);
  } else {
    core_->pendingTokens.erase(token);
  }
}

void ProfactoSimulator::addOdd(Odd odd, int times, const std::string& table) {
  const std::lock_guard lock(core_->mutex);
  core_->odd.push_back({odd, times, table});
}

void ProfactoSimulator::clearOdd() {
  const std::lock_guard lock(core_->mutex);
  core_->odd.clear();
}

ProfactoSimulator::WriteCounts ProfactoSimulator::writeCounts() const {
  const std::lock_guard lock(core_->mutex);
  return core_->counts;
}

Response ProfactoSimulator::handle(const Request& request) { return core_->handle(request, url()); }

Simulator::Effect ProfactoSimulator::effectOf(const Request& request) const {
  const std::string path = lowerCase(request.path);
  const std::string method = path.substr(path.rfind('/') + 1);
  if (method == "api_license_redirect") return Effect::None;
  return isWriteMethod(method) ? Effect::Write : Effect::Read;
}

std::optional<Response> ProfactoSimulator::control(const Request& request) {
  const std::lock_guard lock(core_->mutex);
  return core_->control(request);
}

std::string ProfactoSimulator::extraCounts() const {
  const std::lock_guard lock(core_->mutex);
  const WriteCounts& counts = core_->counts;
  return nlohmann::json{{"applied", core_->accepted},
                        {"createdProjects", counts.createdProjects},
                        {"updatedProjects", counts.updatedProjects},
                        {"overwrittenTexts", counts.overwrittenTexts},
                        {"overwrittenPaymentTerms", counts.overwrittenPaymentTerms},
                        {"createdCustomers", counts.createdCustomers},
                        {"createdContacts", counts.createdContacts},
                        {"createdArticles", counts.createdArticles},
                        {"bookedTimes", counts.bookedTimes},
                        {"refused", counts.refused},
                        {"slotsInUse", core_->slots.inUse(core_->now())}}
      .dump();
}

}  // namespace postern::sim
