#include "policy/scalar.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace binnacle::policy {
namespace {

TEST_CASE("y, n, yes, no, on, off, true and false are booleans in three cases") {
  for (const char* word : {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "TRUE"}) {
    CAPTURE(word);
    CHECK(ResolvePlainScalar(word).type == ScalarType::kBool);
    CHECK(ResolvePlainScalar(word).boolean);
  }
  for (const char* word : {"n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False"}) {
    CAPTURE(word);
    CHECK(ResolvePlainScalar(word).type == ScalarType::kBool);
    CHECK_FALSE(ResolvePlainScalar(word).boolean);
  }
  for (const char* word : {"yEs", "oN", "truE", "yess", "ye", "offf"}) {
    CAPTURE(word);
    CHECK(ResolvePlainScalar(word).type == ScalarType::kString);
  }
}

TEST_CASE("nothing, ~ and null are null") {
  for (const char* word : {"", "~", "null", "Null", "NULL"}) {
    CHECK(ResolvePlainScalar(word).type == ScalarType::kNull);
  }
  CHECK(ResolvePlainScalar("nULL").type == ScalarType::kString);
}

TEST_CASE("integers may be decimal, hexadecimal, octal or binary") {
  const auto value = [](const char* text) {
    const Scalar scalar = ResolvePlainScalar(text);
    REQUIRE(scalar.type == ScalarType::kInt);
    return scalar.negative ? -static_cast<int64_t>(scalar.magnitude)
                           : static_cast<int64_t>(scalar.magnitude);
  };
  CHECK(value("80") == 80);
  CHECK(value("-80") == -80);
  CHECK(value("+80") == 80);
  CHECK(value("0") == 0);
  CHECK(value("0x1F") == 31);
  CHECK(value("017") == 15);
  CHECK(value("0o17") == 15);
  CHECK(value("0b101") == 5);
  CHECK(value("1_000") == 1000);
}

TEST_CASE("an integer that 64 bits cannot hold is a float") {
  const Scalar scalar = ResolvePlainScalar("18446744073709551616");
  CHECK(scalar.type == ScalarType::kFloat);
  CHECK(scalar.number == 18446744073709551616.0);
  CHECK(ResolvePlainScalar("18446744073709551615").type == ScalarType::kInt);
}

TEST_CASE("floats are what JSON knows, and infinities") {
  CHECK(ResolvePlainScalar("1.5").number == 1.5);
  CHECK(ResolvePlainScalar("-.5e1").number == -5);
  CHECK(ResolvePlainScalar("08").number == 8);
  CHECK(ResolvePlainScalar(".inf").number == std::numeric_limits<double>::infinity());
  CHECK(ResolvePlainScalar("-.Inf").number == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(ResolvePlainScalar(".nan").number));
}

TEST_CASE("times, dates, versions and addresses are words") {
  for (const char* word : {"12:30", "2024-01-01", "1.2.3", "10.0.0.1", "v1", "1.5s", "5s", "-", ".",
                           "+", "0x", "0xZZ", "1e", "--1", "_1"}) {
    CAPTURE(word);
    CHECK(ResolvePlainScalar(word).type == ScalarType::kString);
  }
}

}  // namespace
}  // namespace binnacle::policy
