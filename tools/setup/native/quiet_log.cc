// TensorFlow logs two lines of information to stderr whenever its library is loaded, and reads no environment
// variable that says otherwise. Its logger asks this function for the lowest level to write; the addon comes
// before the library in the dynamic linker's search, so this answer counts: errors only.
namespace absl::lts_20250814 {
enum class LogSeverityAtLeast : int { kError = 2 };
__attribute__((visibility("default"))) LogSeverityAtLeast MinLogLevel() { return LogSeverityAtLeast::kError; }
}  // namespace absl::lts_20250814
