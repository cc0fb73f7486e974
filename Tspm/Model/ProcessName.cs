using System.Text;

namespace Tspm.Model;

/// <summary>The rule for names: 1–64 bytes of UTF-8, no control characters, no colon, not starting with '-' or '/'.</summary>
internal static class ProcessName
{
    public const int MaxBytes = 64;

    /// <summary>Null when the name is fine, else a sentence that says what is wrong and what is allowed.</summary>
    public static string? Problem(string? name)
    {
        if (string.IsNullOrEmpty(name)) return "the name is empty; give 1 to 64 bytes";
        var bytes = Encoding.UTF8.GetByteCount(name);
        if (bytes > MaxBytes) return $"the name is {bytes} bytes long; at most {MaxBytes} are allowed";
        if (name.Contains(':')) return $"the name '{name}' contains ':', which separates a name from an instance number";
        if (name[0] is '-' or '/') return $"the name '{name}' starts with '{name[0]}', which is kept for flags and patterns";
        if (name.Any(char.IsControl)) return "the name contains a control character (such as a line break)";
        return null;
    }
}
