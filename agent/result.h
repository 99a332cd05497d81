#pragma once
// Expected failures at a boundary are values; broken surroundings (disk, database) are exceptions.

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/text.h"

namespace postern {

/// What the engine does after a failure. A connector classifies; it never retries or waits itself.
enum class Fault {
  Retry,    // surely not done (refused, 429, 503): send again later; a wait the server asks for wins
  Unknown,  // may have been done (cut after the body, time-out, other 5xx): look it up before it is sent again
  Reject,   // this record will never be taken as it is: park it with the server's words, go on with others
  Gone,     // the record to be changed is not there any more: as Reject, unless TargetKind::restored
  Auth,     // log-in or rights (401, 403): pause the whole system, keep the queue
  Stop,     // we were asked to stop: leave everything as it was
};

/// The counterpart has judged this one record; it works as a whole.
inline bool isRefusal(Fault fault) { return fault == Fault::Reject || fault == Fault::Gone; }

/// A failure. `detail` holds the counterpart's own words: it is stored with a parked change and shown by
/// `queue show`, but never logged, because it may quote personal data.
struct Error {
  Fault fault = Fault::Retry;
  const Message* message = nullptr;  // a constant that lives for ever; never null in a reported error
  std::vector<std::string> args;     // no secrets, no personal values
  std::string detail;
  std::optional<std::chrono::seconds> retryAfter;

  const char* code() const { return message->code; }
  /// "cause" in `language`, without the code.
  std::string cause(Language language) const { return fill(message->cause.in(language), args); }
  std::string remedy(Language language) const { return fill(message->remedy.in(language), args); }
};

/// `error`'s cause and remedy in all languages, as one line to keep in the state file: whoever shows it later picks the
/// language, and a newer program still shows what an older one stored.
std::string storedReason(const Error& error);
/// Back from there; "" when `stored` is empty or was not made by storedReason.
std::string causeOf(const std::string& stored, Language language);
std::string remedyOf(const std::string& stored, Language language);

template <class T>
using Result = tl::expected<T, Error>;

/// Makes the failing half of a Result: `return fail(Fault::Reject, kTooLong, {field}, serverWords);`
inline tl::unexpected<Error> fail(Fault fault, const Message& message, std::vector<std::string> args = {},
                                  std::string detail = {}, std::optional<std::chrono::seconds> retryAfter = {}) {
  return tl::unexpected<Error>(Error{fault, &message, std::move(args), std::move(detail), retryAfter});
}

/// Bad settings: caught in main only; printed as one line with place, cause and remedy; exit code 2.
class ConfigError : public std::runtime_error {
 public:
  /// `place` is "FILE:LINE" or a section's name; empty where no place applies.
  ConfigError(std::string place, const Message& message, std::vector<std::string> args = {})
      : std::runtime_error(message.code), place_(std::move(place)), message_(&message), args_(std::move(args)) {}
  const std::string& place() const { return place_; }
  const char* code() const { return message_->code; }
  std::string cause(Language language) const { return fill(message_->cause.in(language), args_); }
  std::string remedy(Language language) const { return fill(message_->remedy.in(language), args_); }

 private:
  std::string place_;
  const Message* message_;
  std::vector<std::string> args_;
};

}  // namespace postern
