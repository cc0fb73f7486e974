using System.Globalization;
using System.Text;

namespace Tspm.Model.Config;

/// <summary>
/// Soft resource limits (man 2 getrlimit) as one line of text, <c>core=0 nofile=1024 fsize=unlimited</c>. In this form
/// they are sent over the socket, saved in the store and passed on the command lines of the guardian and of the set-up
/// mode. RLIMIT_RTTIME is left out on purpose: it carries the mark of a run.
/// </summary>
internal static class SoftLimits
{
    public const ulong Unlimited = ulong.MaxValue;

    const string UnlimitedWord = "unlimited";

    /// <summary>Ordered by the resource numbers of the kernel, which are the indexes.</summary>
    public static readonly string[] Names =
        ["cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending",
            "msgqueue", "nice", "rtprio"];

    /// <summary>The kernel's resource number for the limit on open descriptors (RLIMIT_NOFILE).</summary>
    public static readonly int OpenFiles = Array.IndexOf(Names, "nofile");

    /// <summary>Reads limits.</summary>
    /// <returns>
    /// The limits by resource number, null for those that the text does not name; or null if a part of the text is not
    /// a limit.
    /// </returns>
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

    /// <summary>Writes limits, ordered by resource number, so that equal limits give equal texts.</summary>
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

    /// <summary>One value as text; "unlimited" for <see cref="Unlimited"/>.</summary>
    public static string Text(ulong value) =>
        value == Unlimited ? UnlimitedWord : value.ToString(CultureInfo.InvariantCulture);

    static ulong? TryValue(ReadOnlySpan<char> text)
    {
        if (text is UnlimitedWord) return Unlimited;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
