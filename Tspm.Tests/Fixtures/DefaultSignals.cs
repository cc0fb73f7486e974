using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// A shell starts background jobs with SIGINT and SIGQUIT ignored (POSIX, 2.11 Signals), and every program started from
/// here would inherit that: a test that ends one with Ctrl-C would wait for ever. Undone before the runtime looks at
/// the signals, which is at the first console or process.
/// </summary>
internal static partial class DefaultSignals
{
    const int SIGINT = 2, SIGQUIT = 3;

    const nint SIG_DFL = 0;

    [ModuleInitializer]
    internal static void Restore()
    {
        _ = signal(SIGINT, SIG_DFL);
        _ = signal(SIGQUIT, SIG_DFL);
    }

    [LibraryImport("libc")]
    private static partial nint signal(int number, nint handler);
}
