using System.Globalization;
using System.Text;
using Tspm.Platform.Linux;
using Tspm.Storage;

namespace Tspm.Daemon;

/// <summary>
/// Records an unhandled exception, which ends the daemon, in <c>daemon.log</c> together with its stack trace. The
/// runtime reports it on standard error only, and a daemon in the background has none.
/// </summary>
internal static class UnhandledError
{
    public static void RecordIn(TspmHome home) => AppDomain.CurrentDomain.UnhandledException +=
        (_, raised) => Record(home, raised.ExceptionObject);

    /// <summary>
    /// Writes past the logger: its thread may be the one that failed, and the runtime would not wait for it.
    /// </summary>
    static void Record(TspmHome home, object error)
    {
        var now = DateTimeText(TimeProvider.System.GetUtcNow());
        try
        {
            using var file = new AppendingStream(home.DaemonLog);
            file.Write(Encoding.UTF8.GetBytes($"{now} CRI internal error, the daemon is exiting: {error}\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The guardian reports the death in any case, and standard error has the rest.
        }
    }

    static string DateTimeText(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
