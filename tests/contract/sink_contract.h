#pragma once
// What every Sink must do, whatever its vendor. A connector passes it with a SinkBench and one INSTANTIATE line:
//
//   INSTANTIATE_TEST_SUITE_P(Craftboxx, SinkContract, testing::Values(SinkCase{"customers", makeBench}), sinkCaseName);
//
// sink_contract.cc must be compiled into the same test program.

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "agent/connector.h"
#include "tests/sim/simulator.h"

namespace postern {

/// One vendor simulator, started and empty, with what a Sink needs to write one kind of record without parents.
class SinkBench {
 public:
  virtual ~SinkBench() = default;
  virtual sim::Simulator& simulator() = 0;
  /// A system with good credentials (or a wrong password), lists of at most 7 rows a page, no pacing.
  /// Lives no longer than the bench.
  virtual std::unique_ptr<System> connect(bool goodPassword = true) = 0;
  /// A complete, acceptable create under `key`.
  virtual Change create(const std::string& key) const = 0;
  /// A create that the vendor refuses because of what it says; its values hold `personal()`.
  virtual Change refused(const std::string& key) const = 0;
  virtual std::string personal() const = 0;
  /// A field of create() that the answer tells back, with another acceptable value.
  virtual std::pair<std::string, std::string> edit() const = 0;
  /// Records of this kind at the vendor, others' included.
  virtual std::int64_t held() const = 0;
  /// A record of this kind that somebody else made under the same key.
  virtual void addForeign(const std::string& key) = 0;
  /// Whether the sink looks for our key before it creates, because the vendor has nothing else against doubles: a
  /// second create of a key then gives the record that is there.
  virtual bool looksFirst() const { return false; }
  /// Makes the present log-in invalid.
  virtual void expireLogin() = 0;
  virtual std::int64_t logins() const = 0;
  virtual std::vector<std::string> secrets() const = 0;

  /// HTTP methods of a create and of an update's writing call; empty = its first call.
  virtual std::string createMethod() const { return "POST"; }
  virtual std::string updateMethod() const { return {}; }
  /// The vendor keeps our key unique: a second create of it is the first record again.
  virtual bool keysAreUnique() const { return false; }
  /// A log-in that ended can be renewed; without, it needs an admin.
  virtual bool renewsLogin() const { return true; }
};

struct SinkCase {
  std::string name;
  std::function<std::unique_ptr<SinkBench>()> make;
};

/// What a failing test prints as its parameter.
inline void PrintTo(const SinkCase& one, std::ostream* out) { *out << one.name; }
std::string sinkCaseName(const testing::TestParamInfo<SinkCase>& info);

class SinkContract : public testing::TestWithParam<SinkCase> {
 protected:
  void SetUp() override;
  Sink& sink() { return *system_->sink(); }
  std::string kind() const { return bench_->create("any").kind; }
  /// Creates the record and returns its id; fails the test if that does not work.
  std::string made(const std::string& key);
  std::vector<Found> found(const std::vector<std::string>& keys);
  /// The error holds neither a secret nor, where it may be logged, a personal value.
  void expectDiscreet(const Error& error) const;
  /// Pushes a create while `fault` strikes, and tells how often the sink wrote.
  Result<Settled> pushUnder(sim::Fault fault, const std::string& key, std::int64_t& writes);

  std::unique_ptr<SinkBench> bench_;
  std::unique_ptr<System> system_;
};

}  // namespace postern
