#pragma once
// Makes the data of a believable German joinery, the same for the same seed.

#include <chrono>
#include <cstdint>

namespace postern::sim {

/// How much to make. Contacts: 0-3 a customer plus one supplier contact (Typ 0) for every tenth.
struct JoinerySize {
  std::uint64_t seed = 1;
  int customers = 50;
  int projects = 40;
  int articles = 60;
  int maxPositions = 6;  // 0 to this many a project
  /// Dates lie around this day.
  std::chrono::sys_days today = std::chrono::sys_days{std::chrono::year{2025} / 5 / 9};
};

namespace profacto {

/// Document status numbers that stand for Auftragsbestätigung and Teillieferung (the simulator's choice).
constexpr int kOrderConfirmed = 3;
constexpr int kPartlyDelivered = 4;

class Database;

/// Adds rows to Auftrag, Auftragspositio, Kunden, Ansprechpartner and Artikel. A row whose key exists is left out.
void makeJoinery(const JoinerySize& size, Database& into);

}  // namespace profacto
}  // namespace postern::sim
