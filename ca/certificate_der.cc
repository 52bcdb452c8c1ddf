#include "ca/certificate_der.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/time/civil_time.h"
#include "ca/der.h"

namespace binnacle::ca {
namespace {

constexpr int kLastUtcYear = 2049;

int TakeNumber(absl::string_view* digits, size_t count) {
  int number = 0;
  for (const char c : digits->substr(0, count)) number = number * 10 + (c - '0');
  digits->remove_prefix(count);
  return number;
}

void AppendTwoDigits(int number, std::string* text) {
  *text += static_cast<char>('0' + number / 10 % 10);
  *text += static_cast<char>('0' + number % 10);
}

std::optional<absl::Time> ReadTime(DerReader* reader) {
  const bool utc = reader->NextIs(kDerUtcTime);
  const auto text = reader->Read(utc ? kDerUtcTime : kDerGeneralizedTime);
  if (!text.has_value() || text->size() != (utc ? 13 : 15) || text->back() != 'Z') {
    return std::nullopt;
  }
  absl::string_view digits = text->substr(0, text->size() - 1);
  if (!std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit)) return std::nullopt;
  int year = TakeNumber(&digits, utc ? 2 : 4);
  if (utc) year += year < 50 ? 2000 : 1900;
  int rest[5];  // month, day, hour, minute, second
  for (int& part : rest) part = TakeNumber(&digits, 2);
  const absl::CivilSecond civil(year, rest[0], rest[1], rest[2], rest[3], rest[4]);
  const bool exists = civil.month() == rest[0] && civil.day() == rest[1] &&
                      civil.hour() == rest[2] && civil.minute() == rest[3] &&
                      civil.second() == rest[4];
  return exists ? std::optional(absl::FromCivil(civil, absl::UTCTimeZone())) : std::nullopt;
}

std::optional<int> ReadVersion(DerReader* tbs) {
  if (!tbs->NextIs(DerContextMany(0))) return 1;
  const auto wrapped = tbs->Read(DerContextMany(0));
  if (!wrapped.has_value()) return std::nullopt;
  DerReader inside(*wrapped);
  const auto number = inside.Read(kDerInteger);
  if (!number.has_value() || number->size() != 1 || !inside.empty()) return std::nullopt;
  return (*number)[0] + 1;
}

bool ReadValidity(DerReader* tbs, CertificateDer* parts) {
  const auto content = tbs->Read(kDerSequence);
  if (!content.has_value()) return false;
  DerReader validity(*content);
  const auto not_before = ReadTime(&validity);
  const auto not_after = ReadTime(&validity);
  if (!not_before.has_value() || !not_after.has_value() || !validity.empty()) return false;
  parts->not_before = *not_before;
  parts->not_after = *not_after;
  return true;
}

bool ReadInto(DerReader* reader, uint8_t tag, absl::string_view* whole) {
  const auto element = reader->ReadElement(tag);
  if (element.has_value()) *whole = element->whole;
  return element.has_value();
}

// The two unique identifiers of version 2, and the extensions of version 3.
bool ReadTail(DerReader* tbs, CertificateDer* parts) {
  for (const uint8_t n : {1, 2}) {
    if (tbs->NextIs(DerContext(n)) && !tbs->Read(DerContext(n)).has_value()) return false;
  }
  if (tbs->empty()) return true;
  const auto wrapped = tbs->Read(DerContextMany(3));
  if (!wrapped.has_value() || !tbs->empty()) return false;
  DerReader inside(*wrapped);
  const auto list = inside.Read(kDerSequence);
  if (!list.has_value() || !inside.empty()) return false;
  auto extensions = ParseExtensionsDer(*list);
  if (!extensions.has_value()) return false;
  parts->extensions = *std::move(extensions);
  return true;
}

bool ReadTbs(absl::string_view content, CertificateDer* parts) {
  DerReader tbs(content);
  const auto version = ReadVersion(&tbs);
  const auto serial = tbs.Read(kDerInteger);
  if (!version.has_value() || !serial.has_value() || serial->empty()) return false;
  parts->version = *version;
  parts->serial = *serial;
  return ReadInto(&tbs, kDerSequence, &parts->inner_algorithm) &&
         ReadInto(&tbs, kDerSequence, &parts->issuer) && ReadValidity(&tbs, parts) &&
         ReadInto(&tbs, kDerSequence, &parts->subject) &&
         ReadInto(&tbs, kDerSequence, &parts->public_key_info) && ReadTail(&tbs, parts);
}

bool ReadCertificate(absl::string_view der, CertificateDer* parts) {
  DerReader outermost(der);
  const auto content = outermost.Read(kDerSequence);
  if (!content.has_value() || !outermost.empty()) return false;
  DerReader certificate(*content);
  const auto tbs = certificate.Read(kDerSequence);
  if (!tbs.has_value() || !ReadTbs(*tbs, parts)) return false;
  return ReadInto(&certificate, kDerSequence, &parts->outer_algorithm) &&
         certificate.ReadWholeBytes().has_value() && certificate.empty();
}

std::optional<ExtensionDer> ReadExtension(DerReader* list) {
  const auto content = list->Read(kDerSequence);
  if (!content.has_value()) return std::nullopt;
  DerReader reader(*content);
  ExtensionDer extension;
  const auto oid = reader.Read(kDerOid);
  if (!oid.has_value()) return std::nullopt;
  if (reader.NextIs(kDerBoolean)) {
    const auto critical = reader.ReadBoolean();
    if (!critical.has_value()) return std::nullopt;
    extension.critical = *critical;
  }
  const auto value = reader.Read(kDerOctetString);
  if (!value.has_value() || !reader.empty()) return std::nullopt;
  extension.oid = *oid;
  extension.value = *value;
  return extension;
}

}  // namespace

const ExtensionDer* CertificateDer::Find(absl::string_view oid) const {
  for (const ExtensionDer& extension : extensions) {
    if (extension.oid == oid) return &extension;
  }
  return nullptr;
}

absl::StatusOr<CertificateDer> ParseCertificateDer(absl::string_view der) {
  CertificateDer parts;
  if (ReadCertificate(der, &parts)) return parts;
  return absl::InvalidArgumentError("not a certificate, or a damaged one");
}

std::optional<std::vector<ExtensionDer>> ParseExtensionsDer(absl::string_view content) {
  DerReader list(content);
  std::vector<ExtensionDer> extensions;
  extensions.reserve(8);
  while (!list.empty()) {
    const auto extension = ReadExtension(&list);
    if (!extension.has_value()) return std::nullopt;
    for (const ExtensionDer& other : extensions) {
      if (other.oid == extension->oid) return std::nullopt;
    }
    extensions.push_back(*extension);
  }
  return extensions;
}

std::optional<AltNames> ParseAltNamesDer(absl::string_view value) {
  DerReader outer(value);
  const auto content = outer.Read(kDerSequence);
  if (!content.has_value() || !outer.empty()) return std::nullopt;
  AltNames names;
  for (DerReader list(*content); !list.empty();) {
    const uint8_t tag = list.next_tag();
    const auto name = list.Read(tag);
    if (!name.has_value()) return std::nullopt;
    if (tag == DerContext(6)) {
      names.uris.emplace_back(*name);
    } else if (tag == DerContext(2)) {
      names.dns.emplace_back(*name);
    } else if (tag == DerContext(7)) {
      names.addresses.emplace_back(*name);
    } else {
      ++names.others;
    }
  }
  return names;
}

std::optional<bool> SaysAuthority(absl::string_view value) {
  DerReader outer(value);
  const auto content = outer.Read(kDerSequence);
  if (!content.has_value() || !outer.empty()) return std::nullopt;
  DerReader constraints(*content);
  if (!constraints.NextIs(kDerBoolean)) return false;
  return constraints.ReadBoolean();
}

std::optional<uint8_t> ParseKeyUsageDer(absl::string_view value) {
  DerReader reader(value);
  const auto bits = reader.Read(kDerBitString);
  if (!bits.has_value() || !reader.empty() || bits->empty() || bits->size() > 3) {
    return std::nullopt;
  }
  return bits->size() == 1 ? 0 : static_cast<uint8_t>((*bits)[1]);
}

absl::string_view PublicKeyBits(absl::string_view public_key_info) {
  DerReader outer(public_key_info);
  DerReader reader(outer.Read(kDerSequence).value_or(""));
  if (!reader.Read(kDerSequence).has_value()) return "";
  return reader.ReadWholeBytes().value_or("");
}

std::string DerTime(absl::Time time) {
  const absl::CivilSecond civil = absl::ToCivilSecond(time, absl::UTCTimeZone());
  const bool utc = civil.year() <= kLastUtcYear;
  std::string digits;
  if (!utc) AppendTwoDigits(static_cast<int>(civil.year() / 100), &digits);
  for (const int part : {static_cast<int>(civil.year() % 100), civil.month(), civil.day(),
                         civil.hour(), civil.minute(), civil.second()}) {
    AppendTwoDigits(part, &digits);
  }
  return Der(utc ? kDerUtcTime : kDerGeneralizedTime, digits + "Z");
}

}  // namespace binnacle::ca
