using System.Globalization;
using System.Text;

namespace Tspm.Model.Config;

/// <summary>
/// Soft resource limits (man 2 getrlimit) as one line of text, <c>core=0 nofile=1024 fsize=unlimited</c>: the form in
/// which they go over the socket, into the store and through the command lines of
/// guardian and set-up mode. RLIMIT_RTTIME is left out on purpose.
/// </summary>
internal static class SoftLimits
{
    public const ulong Unlimited = ulong.MaxValue;

    const string UnlimitedWord = "unlimited";

    /// <summary>In the order of the kernel's numbers, which are their indexes.</summary>
    public static readonly string[] Names =
        ["cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending",
            "msgqueue", "nice", "rtprio"];

    /// <summary>The kernel's number of the limit of open descriptors.</summary>
    public static readonly int OpenFiles = Array.IndexOf(Names, "nofile");

    /// <summary>By kernel number; null where the text names no limit. Null: a part of it is not a limit.</summary>
    public static ulong?[]? Parse(string text)
    {
        var limits = new ulong?[Names.Length];
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = word.IndexOf('=');
            var number = equals < 0 ? -1 : Array.IndexOf(Names, word[..equals]);
            if (number < 0 || TryValue(word.AsSpan(equals + 1)) is not { } value) return null;
            limits[number] = value;
        }
        return limits;
    }

    /// <summary>In the order of the names, so that equal limits have equal texts.</summary>
    public static string Format(ReadOnlySpan<ulong?> limits)
    {
        var text = new StringBuilder();
        for (var number = 0; number < limits.Length; number++)
        {
            if (limits[number] is not { } value) continue;
            if (text.Length > 0) text.Append(' ');
            text.Append(Names[number]).Append('=').Append(Text(value));
        }
        return text.ToString();
    }

    public static string Text(ulong value) =>
        value == Unlimited ? UnlimitedWord : value.ToString(CultureInfo.InvariantCulture);

    static ulong? TryValue(ReadOnlySpan<char> text)
    {
        if (text is UnlimitedWord) return Unlimited;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
