#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/URI.h>

#include <algorithm>
#include <iostream>
#include <ostream>
#include <random>

#include "agent/secrets.h"
#include "agent/systems.h"
#include "connectors/registry.h"
#include "service/command.h"

namespace postern {
namespace {

namespace po = boost::program_options;
using namespace std::chrono_literals;

constexpr Text kOpen{"Open this address in a browser and grant access:\n\n  {0}\n",
                     "Öffnen Sie diese Adresse in einem Browser und erteilen Sie den Zugriff:\n\n  {0}\n",
                     "Open dit adres in een browser en verleen toegang:\n\n  {0}\n"};
constexpr Text kPaste{"Then paste the address on which the browser ended, or only the code: ",
                      "Fügen Sie danach die Adresse ein, auf der der Browser endete, oder nur den Code: ",
                      "Plak daarna het adres waarop de browser eindigde, of alleen de code: "};
constexpr Text kListening{"Waiting at {0} for the browser to come back ({1} minutes at most) …",
                          "Warte unter {0} auf die Rückkehr des Browsers (höchstens {1} Minuten) …",
                          "Wacht op {0} tot de browser terugkomt (hooguit {1} minuten) …"};
constexpr Text kGranted{"Access is granted; the secret {0} is stored.",
                        "Der Zugriff ist erteilt; das Geheimnis {0} ist gespeichert.",
                        "De toegang is verleend; het geheim {0} is opgeslagen."};
constexpr Message kNoLogin{"PST-1340",
                           {"system {0} has no log-in that somebody must grant in a browser",
                            "das System {0} hat keine Anmeldung, die jemand im Browser erteilen muss",
                            "systeem {0} heeft geen aanmelding die iemand in een browser moet verlenen"},
                           {"store its password or token with \"postern secret set\"",
                            "Legen Sie Passwort oder Token mit „postern secret set“ an",
                            "sla het wachtwoord of token op met \"postern secret set\""}};
constexpr Message kNoPlace{"PST-1341",
                           {"{0} of system {1} does not name a secret, so there is no place for what is granted",
                            "{0} des Systems {1} nennt kein Geheimnis, das Erteilte hätte also keinen Platz",
                            "{0} van systeem {1} noemt geen geheim, dus is er geen plaats voor wat wordt verleend"},
                           {"write {0} = secret:NAME", "Schreiben Sie {0} = secret:NAME", "schrijf {0} = secret:NAAM"}};
constexpr Message kNoCode{
    "PST-1342",
    {"no code came back: {0}", "es kam kein Code zurück: {0}", "er kwam geen code terug: {0}"},
    {"run \"postern login\" again; with --paste the address can be copied by hand",
     "Führen Sie „postern login“ noch einmal aus; mit --paste lässt sich die Adresse von Hand übertragen",
     "voer \"postern login\" opnieuw uit; met --paste kan het adres met de hand worden overgenomen"}};
constexpr Message kNobody{
    "PST-1348",
    {"no browser came back to {0} with an answer", "kein Browser kam mit einer Antwort zu {0} zurück",
     "er kwam geen browser met een antwoord terug op {0}"},
    {"run \"postern login\" again on the machine with the browser, or with --paste",
     "Führen Sie „postern login“ noch einmal auf dem Rechner mit dem Browser aus, oder mit --paste",
     "voer \"postern login\" opnieuw uit op de computer met de browser, of met --paste"}};
constexpr Message kNoPort{
    "PST-1343",
    {"the browser cannot come back to {0}: {1}", "der Browser kann nicht zu {0} zurückkehren: {1}",
     "de browser kan niet terugkomen op {0}: {1}"},
    {"name another --redirect that is registered with the vendor, or use --paste",
     "Nennen Sie ein anderes --redirect, das beim Anbieter eingetragen ist, oder verwenden Sie --paste",
     "noem een andere --redirect die bij de leverancier is geregistreerd, of gebruik --paste"}};

constexpr auto kPatience = 10min;

struct Answer {
  std::string code;
  std::string state;
  std::string error;
};

/// The query of the address on which the browser ended.
Answer answerOf(const std::string& address) {
  Answer answer;
  for (const auto& [name, value] : Poco::URI(address).getQueryParameters()) {
    if (name == "code") answer.code = value;
    if (name == "state") answer.state = value;
    if (name == "error") answer.error = value;
  }
  return answer;
}

/// What one visitor brings, who is told whether that was it; nullopt for any but the browser with our `state`.
std::optional<Answer> hear(Poco::Net::StreamSocket& visitor, const std::string& state) {
  try {
    visitor.setReceiveTimeout(Poco::Timespan(5, 0));
    std::string head(4096, '\0');
    const int count = visitor.receiveBytes(head.data(), static_cast<int>(head.size()));
    head.resize(static_cast<std::size_t>(std::max(count, 0)));
    const auto start = head.find(' ');
    const auto end = head.find(' ', start + 1);
    const auto target = start == std::string::npos || end == std::string::npos
                            ? std::string()
                            : head.substr(start + 1, end - start - 1);
    auto answer = answerOf("http://127.0.0.1" + target);
    const bool ours = answer.state == state && (!answer.code.empty() || !answer.error.empty());
    const std::string body = ours ? "postern: OK. You may close this page.\n" : "postern\n";
    const std::string reply =
        std::string("HTTP/1.1 ") + (ours ? "200 OK" : "404 Not Found") +
        "\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body;
    if (!ours) {
      visitor.sendBytes(reply.data(), static_cast<int>(reply.size()));
      return std::nullopt;
    }
    try {
      visitor.sendBytes(reply.data(), static_cast<int>(reply.size()));
      visitor.shutdownSend();
    } catch (const Poco::Exception&) {  // it has told what it had to tell
    }
    return answer;
  } catch (const Poco::Exception&) {  // browsers connect ahead of time, others knock, too: the right one may still come
    return std::nullopt;
  }
}

/// Waits on the loopback address of `redirect` for one visit of a browser that carries our `state`; others are sent
/// away. nullopt when nobody came.
Result<Answer> visit(const Poco::URI& redirect, const std::string& state, std::stop_token stop) {
  const auto refuse = [&](const std::string& why) -> Result<Answer> {
    return fail(Fault::Reject, kNoPort, {redirect.toString(), why});
  };
  if (redirect.getScheme() != "http" || redirect.getHost() != "127.0.0.1") return refuse("127.0.0.1");
  try {
    Poco::Net::ServerSocket server(Poco::Net::SocketAddress("127.0.0.1", redirect.getPort()));
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < until) {
      if (!server.poll(Poco::Timespan(0, 250'000), Poco::Net::Socket::SELECT_READ)) continue;
      auto browser = server.acceptConnection();
      if (auto answer = hear(browser, state)) return std::move(*answer);
    }
  } catch (const Poco::Exception& e) {
    return refuse(e.displayText());
  }
  return Answer{};
}

Answer pasted(const Console& console) {
  console.out << console.tr(kPaste) << std::flush;
  std::string line;
  std::getline(std::cin, line);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  if (line.find("://") != std::string::npos) return answerOf(line);
  std::string code;
  Poco::URI::decode(line, code);
  return {code, {}, {}};
}

/// What systems are made of must be there: a first log-in has no secret yet.
class Placeholder {
 public:
  Placeholder(SecretStore& store, std::string name) : store_(store), name_(std::move(name)) {
    const auto names = store_.list();
    made_ = std::find(names.begin(), names.end(), name_) == names.end();
    if (made_) store_.set(name_, "not granted yet");
  }
  ~Placeholder() {
    try {
      if (made_) store_.remove(name_);
    } catch (const std::exception&) {  // the next command that needs it says what is wrong
      made_ = false;
    }
  }
  Placeholder(const Placeholder&) = delete;
  Placeholder& operator=(const Placeholder&) = delete;
  void keep() { made_ = false; }

 private:
  SecretStore& store_;
  const std::string name_;
  bool made_ = false;
};

std::string randomState() {
  std::string state;
  std::random_device random;
  for (int i = 0; i < 32; ++i) state += "0123456789abcdef"[random() % 16];
  return state;
}

int run(Invocation& call) {
  const auto name = call.word(0);
  const auto& settings = call.settings();
  const auto system = settings.systems.find(name);
  if (system == settings.systems.end())
    throw UsageError(name.empty() ? "name the SYSTEM" : "there is no system " + name);
  const auto& console = call.console;
  const auto& connector = *registry().connector(system->second.connector);
  const auto noLogin = [&] {
    console.error(Error{Fault::Reject, &kNoLogin, {name}, {}, {}});
    return kSettings;
  };
  if (connector.grantedSecret == nullptr) return noLogin();
  const auto& options = system->second.options.values();
  const auto option = options.find(connector.grantedSecret);
  if (option == options.end()) return noLogin();  // set up so that it needs none
  const std::string secret(secretName(option->second).value_or(""));
  if (secret.empty()) {
    console.error(Error{Fault::Reject, &kNoPlace, {connector.grantedSecret, name}, {}, {}});
    return kSettings;
  }
  std::error_code ignored;  // the store says what is wrong when it cannot write
  std::filesystem::create_directories(settings.stateDir(), ignored);
  SecretStore store(settings.stateDir());
  Placeholder placeholder(store, secret);
  Systems systems(settings, registry(), systemClock());
  const Poco::URI redirect(call.options["redirect"].as<std::string>());
  const auto state = randomState();
  const auto grant = systems.get(name).login(redirect.toString(), state);
  if (!grant) return noLogin();
  console.out << console.tr(kOpen, {grant->address}) << std::endl;
  Answer answer;
  if (call.options.count("paste") != 0) {
    answer = pasted(console);
    if (!answer.state.empty() && answer.state != state) answer.code.clear();
  } else {
    console.out << console.tr(kListening, {redirect.toString(), std::to_string(kPatience.count())}) << std::endl;
    auto visited = visit(redirect, state, call.stop);
    if (!visited) {
      console.error(visited.error());
      return kSettings;
    }
    answer = std::move(*visited);
  }
  if (answer.code.empty() && answer.error.empty() && call.options.count("paste") == 0) {
    console.error(Error{Fault::Auth, &kNobody, {redirect.toString()}, {}, {}});
    return kRemote;
  }
  if (answer.code.empty()) {
    console.error(Error{Fault::Auth, &kNoCode, {answer.error.empty() ? "-" : answer.error}, {}, {}});
    return kRemote;
  }
  const auto granted = grant->exchange(answer.code, call.stop);
  if (!granted) {
    console.error(granted.error(), name);
    return kRemote;
  }
  store.set(secret, *granted);
  placeholder.keep();
  console.out << console.tr(kGranted, {secret}) << '\n';
  return kDone;
}

}  // namespace

const Command kLogin{
    "login",
    "SYSTEM [--redirect ADDRESS | --paste]",
    {"grants access to a system in a browser, once", "erteilt den Zugriff auf ein System im Browser, einmalig",
     "verleent in een browser toegang tot een systeem, eenmalig"},
    1,
    [](po::options_description& options) {
      options.add_options()("redirect", po::value<std::string>()->default_value("http://127.0.0.1:8765/callback"),
                            "where the browser ends, as registered with the vendor; postern listens there meanwhile")(
          "paste", "do not listen; ask for the address on which the browser ended");
    },
    run};

}  // namespace postern
