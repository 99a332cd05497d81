#pragma once
// Writes what comes back from the field into projects of profacto. Source: fact sheet profacto.md section 6.1: a lost
// or wrong parameter of api_put_project creates a new project, and texts and payment terms are overwritten unless told
// not to. So a project is read, written once, and read again.

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/connector.h"
#include "connectors/profacto/api.h"
#include "connectors/profacto/mapping.h"
#include "connectors/profacto/scan.h"

namespace postern::profacto {

/// What the sink writes: projects, with the fields title, process_status and delivery_date.
std::span<const SinkKind> sinkKinds();

struct WriteOptions {
  enum class DateForm { Iso, ShortYear, LongYear };  // 2025-05-09, 09.05.25, 09.05.2025

  std::string token;  // of the API set ProjekteSchreiben; empty: nothing can be written
  DateForm dateForm = DateForm::Iso;
  std::string textMode = "none";
  std::string paymentMode = "none";
};

/// The Auth for a system without WriteOptions::token; it names the option.
Error noWriteToken();

/// One of our values as it is compared: title as mapping.h's plainText, process_status a whole number without leading
/// zeros, delivery_date "2025-05-09" or "". nullopt when it has not that form.
std::optional<std::string> plainWish(Form form, std::string_view value);

/// A plain value as api_put_project takes it: CR line breaks, the site's form of dates.
std::string siteValue(Form form, std::string_view plain, WriteOptions::DateForm dates);

/// Updates projects, never creates one. Thread-safe. Its only state: once profacto has answered an update with another
/// project, it writes nothing more until it is made anew (every further call would do the same damage).
class ProjectSink final : public Sink {
 public:
  /// `zone` is the site's; all references must outlive this.
  ProjectSink(const Api& api, const Scanner& scanner, const Layout& layout, std::string zone, WriteOptions options);

  std::span<const SinkKind> kinds() const override;

  /// Change::id is the AuftragsNr. Three calls: read, write, read; one when there is nothing to write, because
  /// everything already holds its value or because a field holds neither that nor Change::base. Answers the present
  /// values of Change::fields, and of no other: what somebody else changed meanwhile is for the source to tell.
  /// Auth when an admin must act (token, right, field map). Reject when profacto does anything else than was asked for.
  /// A failure of the second reading is Unknown: the next push begins by reading.
  Result<Settled> push(const Change& change, std::stop_token stop) override;

  /// Projects by number, with all fields that can be written and are mapped; key and id are the same.
  Result<std::vector<Found>> find(std::string_view kind, const std::vector<std::string>& keys,
                                  std::stop_token stop) override;

  /// Nothing: profacto's projects carry no reference of ours.
  Result<FoundPage> list(std::string_view kind, const std::string& position, std::stop_token stop) override;

 private:
  struct Project;
  struct Wish;
  Result<std::vector<Project>> read(std::span<const std::string> keys, std::stop_token stop) const;
  Result<Project> readOne(const std::string& key, std::stop_token stop) const;
  Result<std::vector<Wish>> wishes(const Change& change) const;
  std::optional<Error> missingFrom(const Project& project, const std::vector<Wish>& wishes) const;
  Parameters parameters(const Project& project, const std::vector<Wish>& open) const;
  std::optional<Error> write(const Project& project, const Parameters& parameters, std::stop_token stop);
  std::optional<Error> judge(const Project& project, const PutAnswer& answer);

  const Api& api_;
  const Scanner& scanner_;
  Table table_;  // of projects, with the fields that can be written only
  std::vector<std::string> asked_;
  const std::string zone_;
  const WriteOptions options_;
  std::mutex mutex_;              // guards the one below
  std::optional<Error> stopped_;  // why nothing more is written
};

}  // namespace postern::profacto
