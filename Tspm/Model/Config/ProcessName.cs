using System.Text;
using Tspm.Model.Selecting;

namespace Tspm.Model.Config;

/// <summary>
/// The rules for names: 1–64 bytes of UTF-8; no control characters, <c>*</c> or <c>?</c>; no space at either end; no
/// '-' or '/' at the start; not <c>all</c>, <c>.</c> or <c>..</c>; and not ending like NAME:INSTANCE. The rules keep
/// names distinct from flags and from the other kinds of <see cref="Selector"/>.
/// </summary>
internal static class ProcessName
{
    public const int MaxBytes = 64;

    /// <summary>The rules in brief, for error messages.</summary>
    public const string Rule =
        "1 to 64 bytes without control characters, '*' or '?', starting with neither '-' nor '/'; not 'all'";

    /// <summary>Checks the name of a new definition.</summary>
    /// <returns>Null if the name is valid, else a sentence that says what is wrong.</returns>
    public static string? Problem(string? name)
    {
        if (name is null || StoredProblem(name) is not null) return StoredProblem(name);
        if (name == Selector.All)
            return "'all' cannot be a name, because it always means every process; choose another one";
        if (name is "." or "..")
            return $"'{name}' cannot be a name, because it stands for a folder; choose another one";
        if (name.AsSpan().IndexOfAny('*', '?') is >= 0 and var at)
            return $"the name '{name}' contains '{name[at]}', "
                + "which is a wildcard in selectors; remove it";
        if (char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1]))
            return $"the name '{name}' begins or ends with a space; remove it";
        return InstanceIn(name) is { } instance
            ? $"the name '{name}' ends with '{instance}', which selects an instance (NAME:INSTANCE); "
                + "leave out the colon, or add a letter"
            : null;
    }

    /// <summary>
    /// Checks a name that is already defined, or that refers to one that may be: earlier versions allowed more names.
    /// </summary>
    /// <returns>Null if the name is valid, else a sentence that says what is wrong.</returns>
    public static string? StoredProblem(string? name)
    {
        if (string.IsNullOrEmpty(name)) return "the name is empty; give 1 to 64 bytes";
        var bytes = Encoding.UTF8.GetByteCount(name);
        if (bytes > MaxBytes) return $"the name is {bytes} bytes long; at most {MaxBytes} are allowed";
        if (name[0] is '-' or '/')
            return $"the name '{name}' starts with '{name[0]}', which is reserved for flags and patterns";
        return name.Any(char.IsControl) ? "the name contains a control character (such as a line break)" : null;
    }

    /// <summary>The suffix that looks like an instance: ":80" for "api:80".</summary>
    /// <returns>Null if the name has no colon that is followed by digits only.</returns>
    public static string? InstanceIn(string name)
    {
        var colon = name.LastIndexOf(':');
        var isInstance = colon >= 0 && colon < name.Length - 1 && name[(colon + 1)..].All(char.IsAsciiDigit);
        return isInstance ? name[colon..] : null;
    }
}
