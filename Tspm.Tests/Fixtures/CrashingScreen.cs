using System.Runtime.CompilerServices;
using Tspm.Client.Terminal;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// With the variable TSPM_CRASHING_SCREEN, this program opens a screen and dies of an exception that nobody handles,
/// instead of running tests: a bug of the published program cannot be ordered.
/// </summary>
internal static class CrashingScreen
{
    public const string Variable = "TSPM_CRASHING_SCREEN";

#pragma warning disable CA2255 // It must run before the test platform, which would handle the exception.
    [ModuleInitializer]
#pragma warning restore CA2255
    public static void CrashIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null) return;
        var terminal = TerminalSession.TryOpen(withMouse: true, TerminalSession.UsualEscapeDelay);
        var frame = new ScreenBuffer(80, 24);
        frame.Write(0, 0, "about to crash");
        terminal!.Show(frame);
        var crash = new Thread(static () => throw new InvalidOperationException("a bug"));
        crash.Start();
        crash.Join();
    }
}
