#include "agent/systems.h"

#include <atomic>
#include <limits>

#include "agent/secrets.h"

namespace postern {

const Message kNotRenewable{"PST-1110",
                            {"{0} must name a secret of the store, because the system changes it by itself",
                             "{0} muss ein Geheimnis des Speichers nennen, weil das System es selbst ändert",
                             "{0} moet een geheim uit de opslag noemen, omdat het systeem het zelf wijzigt"},
                            {"store it with \"postern secret set NAME\" and write {0} = secret:NAME",
                             "Legen Sie es mit „postern secret set NAME“ an und schreiben Sie {0} = secret:NAME",
                             "sla het op met \"postern secret set NAAM\" en schrijf {0} = secret:NAAM"}};

namespace {

constexpr Message kNotRenewed{
    "PST-1111",
    {"the secret of {0} could not be renewed: {1}", "das Geheimnis von {0} ließ sich nicht erneuern: {1}",
     "het geheim van {0} kon niet worden vernieuwd: {1}"},
    {"see \"postern secret list\" and the rights of state_dir",
     "Siehe „postern secret list“ und die Rechte von state_dir",
     "zie \"postern secret list\" en de rechten van state_dir"}};

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
  const auto renew =
      [this, &given = system.options](
          std::string_view option,
          const std::function<Result<std::string>(const std::string& stored)>& renewal) -> Result<std::string> {
    const auto value = given.values().find(std::string(option));
    const auto secret = value == given.values().end() ? std::nullopt : secretName(value->second);
    if (!secret) return fail(Fault::Auth, kNotRenewable, {std::string(option)});
    try {
      return SecretStore(settings_.stateDir()).renew(std::string(*secret), renewal);
    } catch (const ConfigError& e) {
      return fail(Fault::Auth, kNotRenewed, {std::string(option), e.cause(Language::En)});
    }
  };
  built->system = info.make(SystemContext{name, built->options, system.fields, settings_.agent.text("time_zone"),
                                          *built->paced, clock_, renew});
  slot = std::move(built);
  return *slot->system;
}

std::optional<std::chrono::seconds> Systems::clockAhead(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = built_.find(name);
  return found == built_.end() || !found->second ? std::nullopt : found->second->witness->ahead();
}

}  // namespace postern
