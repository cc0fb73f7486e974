using System.Text;
using Tspm.Client.Terminal;
using Tspm.Text;

namespace Tspm.Client.CommandLine;

/// <summary>
/// Makes the commands in messages reach the daemon that this command uses. Whoever writes a sentence, here or in the
/// daemon, writes plain <c>tspm VERB …</c>: a daemon does not know how its client found it. This is the one place that
/// adds the flags that chose the daemon, so that a hint typed back does not reach another one.
/// </summary>
internal static class HintedCommands
{
    const string Program = "tspm ";

    /// <summary>The flags that choose a daemon, in front of a verb: "--system ", "-H ADDRESS ", or nothing.</summary>
    [ThreadStatic] static string? s_flags;

    [ThreadStatic] static string? s_asRoot;

    /// <summary>This command line as root has to type it, for the system-wide daemon.</summary>
    public static string AsRoot => s_asRoot ?? "sudo tspm --system …";

    /// <summary>
    /// Remembers this command line. Reads the words themselves, because a line with a mistake is answered
    /// with hints too.
    /// </summary>
    public static void Remember(string[] args)
    {
        var flags = new StringBuilder();
        if (Argv.IsForSystem(args)) flags.Append("--system ");
        if (HostOf(args) is { } host) flags.Append($"-H {ControlText.Escape(ShellWords.Quote(host))} ");
        s_flags = flags.ToString();
        var typed = TypedFlag.CommandLine(args);
        s_asRoot = Argv.IsForSystem(args) ? $"sudo {typed}" : $"sudo tspm --system{typed[(Program.Length - 1)..]}";
    }

    /// <returns>The value of <c>-H</c>; null if there is none.</returns>
    public static string? HostOf(string[] args)
    {
        string? host = null;
        for (var i = 0; i < args.Length && args[i] != "--"; i++)
        {
            var equals = args[i].IndexOf('=');
            if ((equals < 0 ? args[i] : args[i][..equals]) is not ("-H" or "--host")) continue;
            if (equals >= 0) host = args[i][(equals + 1)..];
            else if (i + 1 < args.Length) host = args[++i];
        }
        return host is "" ? null : host;
    }

    /// <summary>Adds the flags to each command in a text that does not name a daemon itself.</summary>
    public static string Complete(string text)
    {
        if (string.IsNullOrEmpty(s_flags) || !text.Contains(Program, StringComparison.Ordinal)) return text;
        var completed = new StringBuilder(text.Length + s_flags.Length);
        for (var at = 0; at < text.Length;)
        {
            var next = text.IndexOf(Program, at, StringComparison.Ordinal);
            if (next < 0) return completed.Append(text, at, text.Length - at).ToString();
            var verb = next + Program.Length;
            completed.Append(text, at, verb - at);
            if (IsCommand(text, next, verb)) completed.Append(s_flags);
            at = verb;
        }
        return completed.ToString();
    }

    static bool IsCommand(string text, int start, int verb)
    {
        if (start > 0 && text[start - 1] is not (' ' or '\'' or '"' or '(' or '`' or '\n')) return false;
        var end = verb;
        while (end < text.Length && (char.IsAsciiLetter(text[end]) || text[end] == '-')) end++;
        return Verbs.Find(text[verb..end]) is not null && !NamesDaemon(text, start, end);
    }

    /// <summary>
    /// Whether the command itself says which daemon it is for: <c>TSPM_HOME=… tspm VERB</c>, or one of the flags.
    /// </summary>
    static bool NamesDaemon(string text, int start, int rest)
    {
        var before = text.AsSpan(0, start).TrimEnd();
        if (before[(before.LastIndexOfAny(' ', '\n') + 1)..].TrimStart("(\"'").StartsWith("TSPM_HOME=")) return true;
        var after = text.AsSpan(rest);
        var end = after.IndexOf('\n') is >= 0 and var line ? line : after.Length;
        if (after[..end].IndexOf("; ") is >= 0 and var sentence) end = sentence;
        after = after[..end];
        return after.IndexOf(" --system") >= 0 || after.IndexOf(" -H ") >= 0 || after.IndexOf(" --host") >= 0;
    }
}
