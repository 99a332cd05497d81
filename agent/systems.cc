#include "agent/systems.h"

#include <atomic>
#include <limits>

#include "agent/secrets.h"

namespace postern {
namespace {

constexpr Message kNoSystem{
    "PST-1201",
    {"there is no system \"{0}\" in the settings", "in den Einstellungen gibt es kein System \"{0}\"",
     "in de instellingen staat geen systeem \"{0}\""},
    {"name a section [system.NAME] of the settings file",
     "Nennen Sie einen Abschnitt [system.NAME] der Einstellungsdatei",
     "noem een sectie [system.NAAM] uit het instellingenbestand"}};

/// Sees every answer of a system before its connector does.
class Witness : public HttpClient {
 public:
  Witness(HttpClient& inner, Clock& clock, Redactor redactor)
      : inner_(inner), clock_(clock), redactor_(std::move(redactor)) {}

  Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) override {
    auto response = inner_.send(request, std::move(stop));
    if (!response) return response;
    if (const auto date = httpDate(response->header("Date").value_or(""))) {
      ahead_ = (*date - clock_.now()).count();
    }
    constexpr int kFirstError = 400;
    if (response->status >= kFirstError) response->body = redactor_.clean(response->body);
    return response;
  }

  std::optional<std::chrono::seconds> ahead() const {
    const auto ahead = ahead_.load();
    if (ahead == kUntold) return std::nullopt;
    return std::chrono::seconds{ahead};
  }

 private:
  static constexpr auto kUntold = std::numeric_limits<std::int64_t>::min();
  HttpClient& inner_;
  Clock& clock_;
  const Redactor redactor_;
  std::atomic<std::int64_t> ahead_{kUntold};  // seconds
};

}  // namespace

std::filesystem::path stateFile(const Settings& settings) { return settings.stateDir() / "postern.db"; }

struct Systems::Built {
  Section options;  // secrets resolved
  std::unique_ptr<HttpClient> http;
  std::unique_ptr<Witness> witness;
  std::unique_ptr<HttpClient> paced;
  std::unique_ptr<System> system;
};

Systems::Systems(const Settings& settings, const Registry& registry, Clock& clock)
    : settings_(settings), registry_(registry), clock_(clock) {}
Systems::~Systems() = default;

System& Systems::get(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  auto& slot = built_[name];
  if (slot) return *slot->system;
  const auto found = settings_.systems.find(name);
  if (found == settings_.systems.end()) throw ConfigError(settings_.file.string(), kNoSystem, {name});
  const auto& system = found->second;
  const auto& info = *registry_.connector(system.connector);

  auto built = std::make_unique<Built>();
  built->options = SecretStore(settings_.stateDir()).resolve(system.options, info.options);
  HttpOptions options;
  options.caFile = settings_.caFileOf(system);
  options.proxy = settings_.proxyOf(system);
  if (system.options.has("connections")) options.connections = static_cast<int>(system.options.integer("connections"));
  built->http = makeHttpClient(options);
  const double rate = system.options.values().contains("rate") ? system.options.decimal("rate") : 0;
  Redactor redactor;
  redactor.addSecrets(built->options, info.options);
  built->witness = std::make_unique<Witness>(*built->http, clock_, std::move(redactor));
  built->paced = makePacedClient(*built->witness, clock_, rate);
  built->system = info.make(
      SystemContext{name, built->options, system.fields, settings_.agent.text("time_zone"), *built->paced, clock_});
  slot = std::move(built);
  return *slot->system;
}

std::optional<std::chrono::seconds> Systems::clockAhead(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = built_.find(name);
  return found == built_.end() || !found->second ? std::nullopt : found->second->witness->ahead();
}

}  // namespace postern
