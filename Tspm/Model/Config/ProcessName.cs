using System.Text;
using Tspm.Model.Selecting;

namespace Tspm.Model.Config;

/// <summary>
/// The rule for names: 1–64 bytes of UTF-8 without control characters, <c>*</c>, <c>?</c> or spaces at either end; not
/// starting with '-' or '/'; not <c>all</c>, <c>.</c> or <c>..</c>; and not ending like NAME:INSTANCE. All of it keeps
/// a name apart from flags and from the other kinds of <see cref="Selector"/>.
/// </summary>
internal static class ProcessName
{
    public const int MaxBytes = 64;

    /// <summary>The rule in a few words, for sentences.</summary>
    public const string Rule =
        "1 to 64 bytes without control characters, '*' or '?', starting with neither '-' nor '/'; not 'all'";

    /// <summary>Null when the name is fine for a new definition, else a sentence that says what is wrong.</summary>
    public static string? Problem(string? name)
    {
        if (name is null || StoredProblem(name) is not null) return StoredProblem(name);
        if (name == Selector.All)
            return "'all' cannot be a name, because it always means every process; choose another one";
        if (name is "." or "..") return $"'{name}' cannot be a name, because it means a folder; choose another one";
        if (name.AsSpan().IndexOfAny('*', '?') is >= 0 and var at)
            return $"the name '{name}' contains '{name[at]}', "
                + "which stands for other letters when processes are selected";
        if (char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1]))
            return $"the name '{name}' begins or ends with a space; remove it";
        return InstanceIn(name) is { } instance
            ? $"the name '{name}' ends with '{instance}', which means an instance (NAME:INSTANCE); "
                + "write it without the colon, or with a letter"
            : null;
    }

    /// <summary>
    /// The same for a name that is defined already, or refers to one that may be: earlier versions allowed more.
    /// </summary>
    public static string? StoredProblem(string? name)
    {
        if (string.IsNullOrEmpty(name)) return "the name is empty; give 1 to 64 bytes";
        var bytes = Encoding.UTF8.GetByteCount(name);
        if (bytes > MaxBytes) return $"the name is {bytes} bytes long; at most {MaxBytes} are allowed";
        if (name[0] is '-' or '/')
            return $"the name '{name}' starts with '{name[0]}', which is kept for flags and patterns";
        return name.Any(char.IsControl) ? "the name contains a control character (such as a line break)" : null;
    }

    /// <summary>":80" of "api:80"; null: what follows the last colon is more than digits.</summary>
    public static string? InstanceIn(string name)
    {
        var colon = name.LastIndexOf(':');
        var isInstance = colon >= 0 && colon < name.Length - 1 && name[(colon + 1)..].All(char.IsAsciiDigit);
        return isInstance ? name[colon..] : null;
    }
}
