// The parts of http_client.h that need no connection.
#include "agent/http_client.h"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "agent/http_wire.h"

namespace postern {

namespace {

constexpr std::chrono::seconds kLongestRetryAfter = std::chrono::hours{1};

bool isUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

void appendEncoded(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    if (isUnreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
  }
}

}  // namespace

std::optional<std::string_view> HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equalsIgnoringCase(key, name)) return value;
  }
  return std::nullopt;
}

std::string percentEncode(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 3 / 2);
  appendEncoded(text, out);
  return out;
}

std::string formEncode(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    appendEncoded(name, out);
    out += '=';
    appendEncoded(value, out);
  }
  return out;
}

std::optional<Clock::Time> httpDate(std::string_view text) {
  if (text.size() != 29 || text[3] != ',' || !text.ends_with(" GMT")) return {};  // Poco would read "soon" as a date
  Poco::DateTime date;
  int zone = 0;
  if (!Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::HTTP_FORMAT, std::string(text), date, zone)) return {};
  date.makeUTC(zone);
  return Clock::Time{std::chrono::seconds{date.timestamp().epochTime()}};
}

std::optional<std::chrono::seconds> retryAfter(const HttpResponse& response, Clock::Time now) {
  const auto value = response.header("Retry-After");
  if (!value || value->empty()) return std::nullopt;
  std::optional<std::chrono::seconds> wait;
  if (value->find_first_not_of("0123456789") == std::string_view::npos) {
    long long seconds = 0;
    const auto parsed = std::from_chars(value->data(), value->data() + value->size(), seconds);
    wait = parsed.ec == std::errc{} ? std::chrono::seconds{seconds} : kLongestRetryAfter;
  } else {
    if (const auto until = httpDate(*value)) wait = *until - now;
  }
  if (wait) wait = std::clamp(*wait, std::chrono::seconds{0}, kLongestRetryAfter);
  return wait;
}

}  // namespace postern
