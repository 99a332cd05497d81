#pragma once
// The contract between the engine and what knows a vendor. Connectors and links implement it; the agent knows only
// this.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "agent/clock.h"
#include "agent/http_client.h"
#include "agent/record.h"
#include "agent/result.h"
#include "agent/settings.h"

namespace postern {

// ---- Source: reads a system -----------------------------------------------------------------------------------------

struct ScanRequest {
  std::string kind;
  bool full = false;     // true: everything the flow covers; false: what changed since `since`, if the system can tell
  std::string since;     // Page::since of the last finished scan of this kind; empty for the first
  std::string position;  // Page::next of the page before; empty at the start
  Clock::Time startedAt{};  // when this scan began; the same for all its pages
};

/// A row as the system sent it. Equal bytes mean "no change", so the engine maps only rows it has not seen.
struct Row {
  std::string key;       // of the record; never empty
  std::string_view raw;  // points into Page::storage
};

struct Page {
  std::shared_ptr<const void> storage;  // keeps the rows' bytes alive
  std::vector<Row> rows;                // a key may come twice (rows move between pages): the last one counts
  std::string next;                     // where to go on; meaningless when `last`
  bool last = false;
  bool full = false;  // this scan covers everything (the system may not be able to tell changes); same on all pages
  std::string since;  // on the last page: for the next scan; overlaps so that nothing between is missed
  std::vector<Error> warnings;  // worth telling; the page is good all the same (a row without key was left out, …)
};

/// Reads records. Calls come from one thread at a time; different kinds may be read by different threads.
/// No retries, no sleeping, no logging, no state beyond the log-in.
class Source {
 public:
  virtual ~Source() = default;
  /// Kinds it can read, in the order in which they are best read (few licence slots, parents first).
  virtual std::span<const std::string_view> kinds() const = 0;
  /// One page. An answer that is empty or cut against its own totals is an error (Retry), never a short page.
  virtual Result<Page> read(const ScanRequest& request, std::stop_token stop) = 0;
  /// Pure: one row to one record; Reject when the row cannot be understood. The record's key equals the row's.
  virtual Result<Record> map(std::string_view kind, const Row& row) const = 0;
};

// ---- Sink: writes a system ------------------------------------------------------------------------------------------

struct SinkKind {
  std::string_view name;
  int rank = 0;  // parents have a smaller rank than their children
  /// Fields that go into one write together: when one of them changes, all are sent (state and dates of an
  /// appointment).
  std::span<const std::string_view> together = {};
  /// Fields the system takes only when a record is created. A record found there counts as having them right.
  std::span<const std::string_view> createOnly = {};
  /// Records are never created here and need no binding: our key is their id (an ERP). Sending twice is harmless,
  /// because the sink looks first.
  bool updatesOnly = false;
  /// A refusal may end although nothing changed on our side (somebody fills in a mandatory field, opens a book year):
  /// what is parked is tried again at each pass, and stays parked until it succeeds.
  bool refusalsPass = false;
  /// Holds no records but the errors of records, as they are at present, so that the people whom they concern see them
  /// in the app. Fields: entity (kind) and id (theirs) of the record that shows it, operation (tells several of one
  /// record apart), code, message; an empty message = solved. find() and list() know none of them: setting one twice is
  /// harmless.
  bool errorList = false;
};

/// One change to deliver. Reference values in `fields` are our keys; idOf gives the other side's id for them.
struct Change {
  std::string kind;
  std::string key;  // ours
  std::string id;   // theirs; empty = create
  Fields fields;    // what to write: only changed fields for an update, everything for a create
  /// Their id of one of our records; empty when unknown (never for what Target::needs named).
  std::function<std::string(std::string_view kind, std::string_view key)> idOf;
  /// What the record held when the change was decided, by field. A sink that must not overwrite what somebody changed
  /// since (an ERP) reads first; when a field of `fields` now holds neither this nor the value to write, it writes
  /// nothing and answers what is there. Empty = not asked for.
  Fields base = {};
  /// The record `id` was made by somebody else and is taken over: our reference is to be written with it.
  bool claim = false;
};

/// What the system holds after a write, in our vocabulary; only fields its answer carried and that map back.
struct Settled {
  std::string id;
  Fields answered;
};

/// A record of ours found on the other side.
struct Found {
  std::string key;  // ours, compared exactly
  std::string id;   // theirs
  Fields fields;    // as in Settled::answered
  /// By field: the record of theirs it points to, as {kind, their id}. A field that points to nothing is in `fields`.
  std::vector<std::pair<std::string, Reference>> points = {};
  /// Of a record that is not ours (Sink::strangers): the program whose reference it carries; empty = none.
  std::string owner = {};
  /// When the system says it was last changed; nullopt = not told.
  std::optional<Clock::Time> changed = {};
};

struct FoundPage {
  std::vector<Found> found;
  std::string next;  // empty = no more
};

/// Writes records. Thread-safe: several changes of different targets are pushed at the same time.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual std::span<const SinkKind> kinds() const = 0;
  virtual Result<Settled> push(const Change& change, std::stop_token stop) = 0;
  /// Looks records up by our keys (at most 50). Not found = not in the result. Two records of one key: both come,
  /// lowest id first.
  virtual Result<std::vector<Found>> find(std::string_view kind, const std::vector<std::string>& keys,
                                          std::stop_token stop) = 0;
  /// All records that carry our reference, page by page: for a first activation and for a lost state file.
  virtual Result<FoundPage> list(std::string_view kind, const std::string& position, std::stop_token stop) = 0;
  /// All records that do not carry our reference, page by page, with an empty Found::key: what may already be there
  /// under another name when a link is switched on. Without: nothing is ever taken over.
  virtual Result<FoundPage> strangers(std::string_view kind, const std::string& position, std::stop_token stop);
};

// ---- System: a configured counterpart -------------------------------------------------------------------------------

/// Result of one probe of `postern check`.
struct Finding {
  enum class Level { Good, Warning, Bad };
  Level level = Level::Good;
  std::string what;            // "log-in", "field project.process_status"
  std::optional<Error> error;  // for Warning and Bad
};

/// How a person grants access once, where a system wants that (OAuth authorization code): `postern login SYSTEM`.
struct LoginGrant {
  std::string address;  // to open in a browser; ends at the redirect address with ?code=…&state=…
  /// Turns the code (percent-decoded once) into the secret to store. Calls the server; valid while the system lives.
  std::function<Result<std::string>(const std::string& code, std::stop_token stop)> exchange;
};

class System {
 public:
  virtual ~System() = default;
  virtual Source* source() { return nullptr; }  // owned by the system; nullptr when it cannot read
  virtual Sink* sink() { return nullptr; }      // owned by the system; nullptr when it cannot write
  /// `redirectUri` as registered with the vendor; `state` is random and comes back with the code. nullopt: this system
  /// has no such log-in.
  virtual std::optional<LoginGrant> login(const std::string& redirectUri, const std::string& state);
  /// Log-in, rights and field names against the live system; changes nothing there.
  virtual std::vector<Finding> check(std::stop_token stop) = 0;
};

struct SystemContext {
  std::string name;        // "erp"
  const Section& options;  // secrets resolved; lives as long as the system
  const Section& fields;   // field map, every key present
  std::string zone;        // the site's time zone
  HttpClient& http;        // paced, limited, stoppable
  Clock& clock;
  /// Changes a secret for good: gives the stored value of the Secret option `option` to `renew` and stores what that
  /// returns before it returns itself; one caller at a time, in all processes of this installation. What `renew` fails
  /// with is handed on and nothing is stored. Reject when the option does not name a secret of the store.
  std::function<Result<std::string>(std::string_view option,
                                    const std::function<Result<std::string>(const std::string& stored)>& renew)>
      renewSecret = {};
};

struct ConnectorInfo {
  const char* name;  // "profacto"
  Text summary;
  bool reads = false;
  bool writes = false;
  std::span<const Option> options;
  std::span<const FieldName> fields;
  /// Throws ConfigError for settings that only make sense together (neither token nor password, …).
  std::unique_ptr<System> (*make)(const SystemContext& context);
  std::span<const SinkKind> sinkKinds = {};  // the same as Sink::kinds(); empty when it cannot write
  /// The Secret option that System::login fills ("refresh_token"); nullptr = it has no such log-in.
  const char* grantedSecret = nullptr;
  /// What can be told of settings without secrets and without a call, so that `postern config check` tells it: keys
  /// that only make sense together, a file that is read. Throws ConfigError. nullptr = nothing beyond the option table.
  void (*checkSettings)(const Section& options, const Section& fields) = nullptr;
  /// Whether a system with these settings can be written; nullptr = as `writes` says.
  bool (*writesWith)(const Section& options) = nullptr;
};

// ---- Rules of a pair ------------------------------------------------------------------------------------------------

/// A kind of record the rules produce for one side from the other's records.
struct TargetKind {
  std::string_view name;
  std::string_view flow;  // "customers": what flow.<name> switches
  /// Kinds it is derived from; derived when all were read in a pass. Of a target for the ERP: kinds of the app, and
  /// kinds of the ERP that it is checked against (a kind both have means both). One that a system does not list (a
  /// module is not there) holds nothing back.
  std::span<const std::string_view> inputs;
  /// What names a record besides its key: when a link is switched on, a stranger that agrees in the first of these that
  /// both have is the same thing. Each is one field, or several between blanks that must all agree; a field with a
  /// reference is named like the kind it refers to. Empty = nothing is taken over without a decision.
  std::span<const std::string_view> match = {};
  /// The same, but what agrees in these may only be the same thing: it waits for somebody's decision.
  std::span<const std::string_view> matchUnsure = {};
  /// Of a target for the ERP: the kind of the app's record that is the same thing ("work_order" of a "sales_order").
  /// Both are bound to each other when it was created, so it is not sent back as something new. Empty = none.
  std::string_view counterpart = {};
  /// What somebody deletes in the app only is made again there: the ERP leads.
  bool restored = false;
};

/// A snapshot record as rules see it.
struct Seen {
  Record record;
  Clock::Time changedAt;  // when postern last saw it change (its own stamp; the first sight counts)
  bool gone = false;      // the last two full compares did not see it; this is what it was
};

/// Read access to one system's snapshot. Rules use nothing else, so they stay pure.
class SourceView {
 public:
  virtual ~SourceView() = default;
  virtual std::optional<Seen> get(std::string_view kind, std::string_view key) const = 0;
  /// Records of `kind` whose parent is `parent`, ordered by key.
  virtual std::vector<Seen> childrenOf(std::string_view kind, std::string_view parent) const = 0;
};

/// What rules see when they derive for the ERP.
struct BackView {
  const SourceView& app;
  const SourceView& erp;
  /// The ERP's key of the app's record {kind, key}; empty when the two sides do not know each other's record yet.
  std::function<std::string(std::string_view kind, std::string_view key)> erpKeyOf;
  /// What the ERP was last asked to hold for a back target, or was found to hold of it; nullopt when it never was. An
  /// empty function = never. For what can be added but not taken back (lines of an order).
  std::function<std::optional<Fields>(const Reference& target)> sent = {};
};

/// What the app should hold for one target; or, on the way back, what an ERP record should.
struct Target {
  Fields fields;
  std::vector<Reference> needs;  // targets that must exist on the other side first
  Fields base = {};              // on the way back only: see Change::base
  /// Why it cannot be sent as it is; then it is parked with this until what it is derived from changes.
  std::optional<Error> refusal = {};
  bool onlyIfThere = false;  // never created for this (a record that is to be archived)
};

/// A target for the app, and the id of the record there that is the same thing.
struct Counterpart {
  Reference ours;
  std::string id;
};

/// Whose value counts when both sides changed a field since they last agreed.
enum class Winner {
  Erp,
  App,
  Newest,  // the side on which postern saw the later change
  Park,    // neither, until somebody decides
};

/// A field that both sides may change. Target and ERP record have the same key.
struct SharedField {
  std::string_view name;      // in the setting conflict.<name>
  std::string_view flow;      // must run both ways
  std::string_view target;    // "appointment"
  std::string_view field;     // of the target: "state"
  std::string_view record;    // ERP kind: "project"
  std::string_view erpField;  // of that record: "process_status"
  Winner winner = Winner::Erp;
};

class Rules {
 public:
  virtual ~Rules() = default;
  virtual std::span<const TargetKind> targets() const = 0;
  /// Targets that a change of `record` can affect. Called for its old and its new content, both times with the snapshot
  /// as it is after the change: `erp` finds relatives (siblings of a contact that was or becomes the main one).
  virtual std::vector<Reference> touched(const Record& record, const SourceView& erp) const = 0;
  /// What the app should hold; nullopt when nothing should be sent for this target (what is there stays).
  virtual std::optional<Target> derive(const Reference& target, const SourceView& erp, Clock::Time now) const = 0;
  /// Present values of a target's shared fields, also where derive() would send nothing.
  virtual Fields sharedFields(const Reference& target, const SourceView& erp) const;
  /// What `shared.erpField` of `erp` must become because the app now says `value`; nullopt when nothing is to be
  /// written: what is there means the same, or the ERP has no word for it.
  virtual std::optional<std::string> toErp(const SharedField& shared, std::string_view value, const Record& erp) const;

  // Towards the ERP: records that the app makes. Keys are the app's ids; references among their fields are, too.

  virtual std::span<const TargetKind> backTargets() const { return {}; }
  /// As touched(), for a record of the app.
  virtual std::vector<Reference> touchedBack(const Record& record, const SourceView& app) const;
  /// What the ERP should hold; nullopt when nothing should be sent. Not asked for records that came from the ERP.
  virtual std::optional<Target> deriveBack(const Reference& target, const BackView& view, Clock::Time now) const;
  /// What is one and the same once the ERP knows back target `target` as `erpKey`: it is bound to each other then, so
  /// that nothing is sent back as something new. Without: the record and its TargetKind::counterpart.
  virtual std::vector<Counterpart> counterparts(const Reference& target, const std::string& erpKey,
                                                const SourceView& app) const;
  /// The app's record, as {kind, their id}, whose people are told of an error of back target `target`; an empty key =
  /// nobody. Without: the counterpart.
  virtual Reference shownOn(const Reference& target, const SourceView& app) const;
};

/// A flow of a pair and the directions it may have: "to_app", "to_erp", "both", as in the setting flow.<name>.
struct Flow {
  std::string_view name;
  /// Without a setting; empty = both where the pair has shared fields for it and both sides can be read and written,
  /// else to_app.
  std::string_view usual = {};
  std::span<const std::string_view> allowed = {};  // empty = all
};

struct LinkInfo {
  const char* name;  // "profacto_craftboxx"
  const char* erp;   // connector names
  const char* app;
  Text summary;
  std::span<const Option> options;
  std::span<const Flow> flows;
  std::span<const SharedField> shared = {};  // fields that may come back; their flows run both ways by default
  /// `options` is only read during the call; `zone` is the site's time zone. Throws ConfigError.
  std::unique_ptr<Rules> (*make)(const Section& options, const std::string& zone);
};

/// Everything that is compiled in; generated from connectors/CMakeLists.txt.
struct Registry {
  std::vector<const ConnectorInfo*> connectors;
  std::vector<const LinkInfo*> links;
  const ConnectorInfo* connector(std::string_view name) const;             // nullptr when unknown
  const LinkInfo* link(std::string_view erp, std::string_view app) const;  // nullptr when there are no rules
};

}  // namespace postern
