#include "connectors/profile/connectors.h"

#include <algorithm>

#include "connectors/profile/mapping.h"
#include "connectors/profile/messages.h"
#include "connectors/profile/session.h"
#include "connectors/profile/sink.h"
#include "connectors/profile/source.h"

namespace postern::profile {

namespace {

using Type = Option::Type;

constexpr Option kOptions[] = {
    {.key = "url",
     .type = Type::SecureUrl,
     .help = {"Address of the server, https; the path below it comes from the profile.",
              "Adresse des Servers, https; der Pfad darunter kommt aus dem Profil.",
              "Adres van de server, https; het pad daaronder komt uit het profiel."},
     .required = true},
    {.key = "token",
     .type = Type::Secret,
     .help = {"Token of the account made for postern.", "Token des für postern angelegten Kontos.",
              "Token van het voor postern aangemaakte account."}},
    {.key = "account",
     .help = {"Name of the account, where the server has several; sent as the profile says.",
              "Name des Kontos, wenn der Server mehrere hat; wird gesendet, wie das Profil es sagt.",
              "Naam van het account, als de server er meer heeft; verzonden zoals het profiel zegt."}},
    {.key = "profile",
     .type = Type::File,
     .help = {"A profile of your own instead of the one that is built in: paths, names and words of the interface.",
              "Ein eigenes Profil statt des eingebauten: Pfade, Namen und Wörter der Schnittstelle.",
              "Een eigen profiel in plaats van het ingebouwde: paden, namen en woorden van de koppeling."}},
    {.key = "rate",
     .type = Type::Decimal,
     .def = "5",
     .help = {"Calls a second at most; 0 = no limit.", "Höchstens so viele Aufrufe je Sekunde; 0 = keine Grenze.",
              "Hooguit zoveel aanroepen per seconde; 0 = geen grens."},
     .min = 0,
     .max = 1000},
    {.key = "connections",
     .type = Type::Integer,
     .def = "1",
     .help = {"Calls at the same time.", "Gleichzeitige Aufrufe.", "Gelijktijdige aanroepen."},
     .min = 1,
     .max = 64},
    {.key = "page_size",
     .type = Type::Integer,
     .def = "100",
     .help = {"Rows a page when reading lists; never more than the profile allows.",
              "Zeilen je Seite beim Lesen von Listen; nie mehr, als das Profil erlaubt.",
              "Rijen per pagina bij het lezen van lijsten; nooit meer dan het profiel toestaat."},
     .min = 1,
     .max = 10000},
    {.key = "overlap",
     .type = Type::Duration,
     .def = "10m",
     .help = {"How far a change scan reads back before the last known change.",
              "So weit liest eine Änderungssuche hinter die letzte bekannte Änderung zurück.",
              "Zo ver leest een wijzigingsscan terug vóór de laatst bekende wijziging."},
     .min = 0,
     .max = 7 * 86400},
};

Profile inZone(Profile profile, const std::string& zone) {
  profile.zone = zone;
  return profile;
}

class ProfileSystem : public System {
 public:
  ProfileSystem(const SystemContext& context, Profile profile)
      : profile_(inZone(std::move(profile), context.zone)),
        session_(context, profile_),
        pageSize_(std::min(static_cast<int>(context.options.integer("page_size")), profile_.maxPageSize)),
        source_(session_, pageSize_, context.options.duration("overlap")),
        sink_(session_, pageSize_) {}

  Source* source() override { return &source_; }
  Sink* sink() override { return profile_.writes() ? &sink_ : nullptr; }

  /// Reads the first row of each list and looks for the members that the profile names.
  std::vector<Finding> check(std::stop_token stop) override {
    std::vector<Finding> findings;
    for (const Kind& kind : profile_.kinds) {
      if (!kind.within.empty()) continue;
      const auto page = readList(session_, kind, {}, {{}, pageSize_}, stop);
      if (!page && page.error().message == &kTokenRefused) return {{Finding::Level::Bad, "log-in", page.error()}};
      findings.push_back({page ? Finding::Level::Good : Finding::Level::Bad, "read " + kind.path,
                          page ? std::optional<Error>{} : page.error()});
      if (page && !page->rows.empty()) addAbsent(kind, page->rows.front().raw, findings);
    }
    return findings;
  }

 private:
  void addAbsent(const Kind& kind, std::string_view raw, std::vector<Finding>& findings) const {
    const auto row = nlohmann::json::parse(raw, nullptr, false);
    const auto look = [&](const Path& path) {
      if (path.empty() || memberAt(row, path) != nullptr) return;
      findings.push_back(
          {Finding::Level::Warning, "member " + kind.name + "." + pathText(path),
           Error{Fault::Reject, &kMemberAbsent, {session_.system(), kind.name, pathText(path)}, {}, {}}});
    };
    for (const Field& field : kind.fields) look(field.member);
    look(profile_.updated);
    if (kind.writes) look(profile_.externalId);
  }

  const Profile profile_;
  const Session session_;
  const int pageSize_;
  ProfileSource source_;
  ProfileSink sink_;
};

/// A shipped profile with what its ConnectorInfo refers to.
struct Built {
  explicit Built(const Shipped& shipped)
      : profile(parseProfile(shipped.text, std::string(shipped.name) + ".json")), sink(profile) {}
  Profile profile;
  SinkTable sink;
};

Profile profileOf(std::string_view name, const Section& options) {
  if (const std::string& file = options.text("profile"); !file.empty()) return loadProfile(pathOf(file));
  const auto all = shipped();
  const auto found = std::ranges::find_if(all, [&](const Shipped& one) { return name == one.name; });
  return parseProfile(found->text, std::string(name) + ".json");
}

ConnectorInfo describe(const Shipped& shipped, const Built& built) {
  const auto& summary = built.profile.summaries;
  return {.name = shipped.name,
          .summary = {summary[0].c_str(), summary[1].c_str(), summary[2].c_str()},
          .reads = true,
          .writes = built.profile.writes(),
          .options = kOptions,
          .fields = {},
          .make = shipped.make,
          .sinkKinds = built.sink.kinds,
          .checkSettings = shipped.checkSettings};
}

}  // namespace

const std::deque<ConnectorInfo>& connectors() {
  static const std::deque<ConnectorInfo> all = [] {
    static std::deque<Built> built;
    std::deque<ConnectorInfo> infos;
    for (const Shipped& one : shipped()) infos.push_back(describe(one, built.emplace_back(one)));
    return infos;
  }();
  return all;
}

std::unique_ptr<System> makeSystem(std::string_view name, const SystemContext& context) {
  return std::make_unique<ProfileSystem>(context, profileOf(name, context.options));
}

void checkSettings(std::string_view name, const Section& options) { checkToken(options, profileOf(name, options)); }

}  // namespace postern::profile
