#pragma once
// A made-up installer's administration: debtors, projects, articles, orders, and what they refer to.

#include <chrono>
#include <cstdint>

#include "tests/sim/accountview/schema.h"
#include "tests/sim/accountview/store.h"

namespace postern::sim {

/// How much to make. The same size, seed and day give the same data.
struct AccountViewSize {
  int customers = 40;
  int projects = 30;
  int articles = 50;
  int orders = 20;
  int employees = 8;  // codes E01, E02, …
  std::uint64_t seed = 1;
  std::chrono::sys_days today;  // the dates lie around it
};

}  // namespace postern::sim

namespace postern::sim::accountview {

/// Adds the data to what is there. Hour types are WERK and REIS, project types ONDERHOUD, INSTALLATI, STORING.
void makeDemoData(const Schema& schema, const AccountViewSize& size, Store& store);

}  // namespace postern::sim::accountview
