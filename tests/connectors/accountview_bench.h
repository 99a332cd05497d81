#pragma once
// A simulated AccountView and systems of ours that talk to it through the real HTTP client.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "agent/connector.h"
#include "agent/http_client.h"
#include "agent/settings.h"
#include "tests/sim/accountview/accountview_simulator.h"
#include "tests/support/fake_clock.h"

namespace postern::accountview {

extern const ConnectorInfo kConnector;

using Texts = std::map<std::string, std::string>;

/// The store of one refresh token, as the engine's. `onStep` is called before the renewal (0), after it (1) and after
/// the new value was kept (2); it may throw, as a kill would end the process there.
class TokenStore {
 public:
  explicit TokenStore(std::string token) : token_(std::move(token)) {}
  decltype(SystemContext::renewSecret) renewal() {
    return [this](std::string_view option,
                  const std::function<Result<std::string>(const std::string&)>& renew) -> Result<std::string> {
      static constexpr Message kNoSecret{"PST-0002", {"not a secret", "", ""}, {"", "", ""}};
      if (option != "refresh_token") return fail(Fault::Reject, kNoSecret);
      const std::lock_guard lock(mutex_);
      if (onStep) onStep(0);
      auto renewed = renew(token_);
      if (!renewed) return renewed;
      if (onStep) onStep(1);
      token_ = *renewed;
      ++renewals;
      if (onStep) onStep(2);
      return renewed;
    };
  }
  std::string token() const {
    const std::lock_guard lock(mutex_);
    return token_;
  }
  std::function<void(int)> onStep;
  std::atomic<int> renewals = 0;

 private:
  mutable std::mutex mutex_;  // token_
  std::string token_;
};

/// The names that the simulator assumes where nothing is public.
inline Texts allNames() {
  return {{"project_type.object", "PJT"},       {"project_type.table", "PJ_TYPE"},
          {"project_type.code", "TYPE_CODE"},   {"project_type.name", "TYPE_DESC"},
          {"employee.object", "EMP"},           {"employee.table", "EMPLOYEE"},
          {"employee.name", "EMP_NAME"},        {"contact.object", "CP1"},
          {"contact.table", "CONT_PP"},         {"contact.code", "PP_CODE"},
          {"contact.customer", "SUB_NR"},       {"contact.salutation", "SALUT"},
          {"contact.first_name", "FIRST_NAME"}, {"contact.last_name", "LAST_NAME"},
          {"contact.mail", "MAIL_PRIV"},        {"contact.phone", "TEL_BUS"},
          {"contact.mobile", "TEL_MOB"},        {"customer.external", "A8_REF"},
          {"project.external", "A8_REF"},       {"project.note", "COMMENT1"},
          {"project.type", "PJ_TYPE"},          {"project.responsible", "EMP_NR"},
          {"sales_order.status", "ORD_STAT"},   {"time_entry.object", "HRS"},
          {"time_entry.table", "HOURS"},        {"time_entry.hour_code", "HRT_CODE"},
          {"time_entry.date", "HR_DATE"},       {"time_entry.text", "HR_DESC"},
          {"time_entry.hours", "HR_QTY"},       {"time_entry.external", "EXT_ID"}};
}

/// With a field for our references on debtors and projects.
inline sim::AccountViewOptions withReferences(sim::AccountViewOptions options = {}) {
  options.customFields = {{"CONTACT.A8_REF", "C32"}, {"PROJECTS.A8_REF", "C32"}};
  return options;
}

inline Section fieldMap(const Texts& names) {
  Section section("erp", "");
  for (const FieldName& field : kConnector.fields) section.set(field.key, field.def);
  for (const auto& [key, value] : names) section.set(key, value);
  return section;
}

/// Keeps what a System refers to.
class TestSystem : public System {
 public:
  TestSystem(HttpClient& http, Clock& clock, const Texts& values, const Texts& names,
             decltype(SystemContext::renewSecret) renewal)
      : options_(makeSection("erp", kConnector.options, values)),
        fields_(fieldMap(names)),
        inner_(kConnector.make(
            SystemContext{"erp", options_, fields_, "Europe/Amsterdam", http, clock, std::move(renewal)})) {}
  Source* source() override { return inner_->source(); }
  Sink* sink() override { return inner_->sink(); }
  std::optional<LoginGrant> login(const std::string& redirectUri, const std::string& state) override {
    return inner_->login(redirectUri, state);
  }
  std::vector<Finding> check(std::stop_token stop) override { return inner_->check(std::move(stop)); }

 private:
  Section options_;
  Section fields_;
  std::unique_ptr<System> inner_;
};

class Bench {
 public:
  explicit Bench(const sim::AccountViewOptions& options = withReferences()) : simulator(options) {
    simulator.setNow(clock.now());
    sim::Simulator::Options server;
    server.threads = 32;
    simulator.start(server);
    HttpOptions limits;
    limits.connectLimit = std::chrono::seconds{2};
    limits.answerLimit = std::chrono::seconds{5};
    http = makeHttpClient(limits);
    grant();
  }
  /// As if somebody had logged in.
  void grant() { tokens_ = std::make_unique<TokenStore>(simulator.grant()["refresh_token"].get<std::string>()); }
  TokenStore& tokens() { return *tokens_; }

  Texts settings() const {
    return {{"url", simulator.url() + "/api/v3"},
            {"authorize_url", simulator.url() + "/ams/authorize.aspx"},
            {"client_id", "postern-test"},
            {"client_secret", "geheim-van-de-app"},
            {"refresh_token", "stored elsewhere"},
            {"company", "vandijk"},
            {"page_size", "7"},
            {"open_status", "O"},
            {"insert.customer.ACCT_NR", "1300"},
            {"field.CONTACT.A8_REF", "C32"},
            {"field.PROJECTS.A8_REF", "C32"},
            {"field.HOURS.EXT_ID", "C32"},
            {"field.HOURS.HR_DESC", "C40"}};
  }
  /// `changes` replace or add settings (an empty value takes one away); `names` are added to allNames().
  std::unique_ptr<System> connect(const Texts& changes = {}, const Texts& names = {}) {
    Texts values = settings();
    for (const auto& [key, value] : changes) {
      if (value.empty())
        values.erase(key);
      else
        values[key] = value;
    }
    Texts all = allNames();
    for (const auto& [key, value] : names) all[key] = value;
    return std::make_unique<TestSystem>(*http, clock, values, all, tokens_->renewal());
  }

  FakeClock clock;
  sim::AccountViewSimulator simulator;
  std::unique_ptr<HttpClient> http;

 private:
  std::unique_ptr<TokenStore> tokens_;
};

/// The ids of records pushed so far, as the engine's bindings would tell them.
class Ids {
 public:
  void add(const std::string& kind, const std::string& key, const std::string& id) { ids_[kind + ' ' + key] = id; }
  /// "" when unknown.
  std::string of(std::string_view kind, std::string_view key) const {
    const auto found = ids_.find(std::string(kind) + ' ' + std::string(key));
    return found == ids_.end() ? std::string{} : found->second;
  }
  Change change(std::string kind, std::string key, Fields fields, std::string id = {}) const {
    return {std::move(kind), std::move(key), std::move(id), std::move(fields),
            [this](std::string_view wanted, std::string_view name) { return of(wanted, name); }};
  }

 private:
  std::map<std::string, std::string> ids_;
};

}  // namespace postern::accountview
