#include "translator/percentage.h"

#include <catch2/catch.hpp>
#include <limits>

namespace binnacle::translator {

TEST_CASE("percentages become numerators without losing a part") {
  const auto numerator = [](double percent) {
    envoy::type::v3::FractionalPercent fraction;
    SetPercentage(percent, fraction);
    CHECK(fraction.denominator() == envoy::type::v3::FractionalPercent::MILLION);
    return fraction.numerator();
  };
  CHECK(numerator(0) == 0);
  CHECK(numerator(0.0001) == 1);
  CHECK(numerator(0.29) == 2900);
  CHECK(numerator(57.29) == 572900);
  CHECK(numerator(100) == 1000000);
  CHECK(numerator(250) == 1000000);
  CHECK(numerator(-1) == 0);
  CHECK(numerator(std::numeric_limits<double>::quiet_NaN()) == 0);
}

}  // namespace binnacle::translator
