using System.Globalization;

namespace Tspm.Model.Config;

/// <summary>
/// Signal numbers and names of Linux on x86-64 and arm64 (man 7 signal). Users write and read the names; a number
/// without a name is shown as <c>signal 35</c>.
/// </summary>
internal static class Signals
{
    public const int SIGHUP =
        1, SIGINT = 2, SIGQUIT = 3, SIGKILL = 9, SIGUSR1 = 10, SIGUSR2 = 12, SIGPIPE = 13, SIGTERM = 15,
        SIGCHLD = 17, SIGCONT = 18, SIGSTOP = 19, SIGTSTP = 20, SIGURG = 23, SIGXFSZ = 25;

    /// <summary>The highest real-time signal.</summary>
    const int Highest = 64;

    static readonly string[] Names =
    [
        "", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
        "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
        "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR",
        "SIGSYS",
    ];

    /// <summary>All names.</summary>
    public static ReadOnlySpan<string> All => Names.AsSpan(1);

    /// <summary>The name of a signal for messages.</summary>
    public static string NameOf(int signal) =>
        signal > 0 && signal < Names.Length
            ? Names[signal]
            : string.Create(CultureInfo.InvariantCulture, $"signal {signal}");

    /// <summary>Reads a signal: SIGTERM, TERM, term or 15.</summary>
    /// <returns>False if there is no such signal.</returns>
    public static bool TryParse(string text, out int signal)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out signal))
            return signal is > 0 and <= Highest;
        var name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text : "SIG" + text;
        signal = Array.FindIndex(Names, 1, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
        return signal > 0;
    }
}
