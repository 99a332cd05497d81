#pragma once
// What every Source must do, whatever system it reads. A connector runs the suite with one SourceSubject of its own:
//
//   INSTANTIATE_TEST_SUITE_P(Profacto, SourceContract, testing::Values(SourceSetup{"profacto", makeSubject}),
//                            sourceSetupName);
//
// and the same with ServedSourceContract when it is asked over the network.

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "agent/connector.h"
#include "tests/sim/simulator.h"
#include "tests/support/fake_clock.h"

namespace postern {

/// A system with known rows behind its simulator; a fresh one for each test. It has at least three pages of rows of
/// one kind with the options given here (set a small page size).
class SourceSubject {
 public:
  using Values = std::map<std::string, std::string>;

  virtual ~SourceSubject() = default;
  virtual const ConnectorInfo& connector() const = 0;
  virtual sim::Simulator& simulator() = 0;
  /// false: nothing is asked over the network (files in a folder); simulator() and badCredentials() are not called.
  virtual bool isServed() const { return true; }
  /// Nothing can be read any more.
  virtual void goAway() { simulator().stop(); }
  /// Settings that reach the simulator: keys of the connector's option table.
  virtual Values options() const = 0;
  /// Names that differ from the defaults of the connector's field table.
  virtual Values fields() const { return {}; }
  /// Where the connector keeps a secret that its system renews; as SystemContext::renewSecret.
  virtual decltype(SystemContext::renewSecret) renewSecret() { return {}; }
  /// The same settings with a log-in that the simulator refuses.
  virtual Values badCredentials() const = 0;
  /// Keys of all rows a full scan must tell.
  virtual std::set<std::string> keys(std::string_view kind) const = 0;
  /// Changes one row of `kind` as a user of the system would; its key.
  virtual std::string changeOne(std::string_view kind) = 0;
  /// Makes the next answer about `kind` valid in form, but short against its own totals.
  virtual void cutNextAnswer(std::string_view kind) = 0;
  /// Makes whole again what cutNextAnswer cut, where that lasts for more than one answer.
  virtual void mend() {}
};

struct SourceSetup {
  std::string name;
  std::function<std::unique_ptr<SourceSubject>()> make;
};

inline std::string sourceSetupName(const testing::TestParamInfo<SourceSetup>& info) { return info.param.name; }

/// A connector's field map: defaults, then `values`.
Section makeFieldMap(const ConnectorInfo& connector, const std::map<std::string, std::string>& values);

/// A configured system with the real HTTP client, and all that must live as long as it.
class LiveSystem {
 public:
  LiveSystem(const ConnectorInfo& connector, const std::map<std::string, std::string>& options,
             const std::map<std::string, std::string>& fields, decltype(SystemContext::renewSecret) renewSecret = {});
  ~LiveSystem();
  System& system() { return *system_; }
  Source& source() { return *system_->source(); }
  FakeClock& clock() { return clock_; }
  HttpClient& http() { return *http_; }

 private:
  Section options_;
  Section fields_;
  FakeClock clock_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<System> system_;
};

/// What a whole scan brought; the first error ends it.
struct ScanResult {
  std::map<std::string, std::string> rows;  // key -> bytes; the last one of a key counts
  std::map<std::string, Record> records;
  int pages = 0;
  bool full = false;
  std::string since;
  std::vector<Error> warnings;
  std::optional<Error> error;
  std::set<std::string> keys() const;
};

/// Reads `request` to its end, 2000 pages at most, and maps every row.
ScanResult scanAll(Source& source, ScanRequest request);

class SourceContract : public testing::TestWithParam<SourceSetup> {
 protected:
  SourceContract();
  std::unique_ptr<LiveSystem> open() const;
  ScanRequest request(std::string_view kind) const;
  Error firstError(Source& source, std::string_view kind, std::stop_token stop = {}) const;
  /// Neither secret values of the settings nor whole URLs may stand in what people or logs get to see.
  void expectNoSecrets(const Error& error) const;
  std::string_view firstKind(Source& source) const { return source.kinds().front(); }

  std::unique_ptr<SourceSubject> subject_;
};

/// What only a server can do wrong.
class ServedSourceContract : public SourceContract {};

}  // namespace postern
