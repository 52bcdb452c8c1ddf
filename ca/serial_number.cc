#include "ca/serial_number.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ca/openssl.h"
#include "openssl/rand.h"

namespace binnacle::ca {
namespace {

constexpr size_t kTimeBytes = 6;
constexpr size_t kRandomBytes = 10;

// Random bytes of one thread, fetched many at a time: to ask for ten takes
// OpenSSL nearly as long as to ask for a thousand. They are no secret.
struct RandomBytes {
  std::array<unsigned char, 100 * kRandomBytes> bytes;
  size_t used = sizeof(bytes);
};

}  // namespace

absl::StatusOr<std::string> NewSerialNumber() {
  thread_local RandomBytes random;
  if (random.used == random.bytes.size()) {
    if (RAND_bytes(random.bytes.data(), static_cast<int>(random.bytes.size())) != 1) {
      return absl::InternalError(absl::StrCat("no random numbers: ", TakeOpenSslErrors()));
    }
    random.used = 0;
  }
  const auto milliseconds = static_cast<uint64_t>(absl::ToUnixMillis(absl::Now()));
  std::string serial;
  for (size_t left = kTimeBytes; left > 0; --left) {
    serial += static_cast<char>(milliseconds >> (8 * (left - 1)) & 0xFF);
  }
  serial.append(reinterpret_cast<const char*>(&random.bytes[random.used]), kRandomBytes);
  random.used += kRandomBytes;
  return serial;
}

}  // namespace binnacle::ca
