using System.Globalization;
using System.Text;
using Tspm.Platform.Linux;
using Tspm.Storage;

namespace Tspm.Daemon;

/// <summary>
/// The last words of a daemon that an error on some thread ends: <c>daemon.log</c> has what it was and where it came
/// from. The runtime says that on standard error only, which a daemon in the background does not have.
/// </summary>
internal static class UnhandledError
{
    public static void RecordIn(TspmHome home) => AppDomain.CurrentDomain.UnhandledException +=
        (_, raised) => Record(home, raised.ExceptionObject);

    /// <summary>Past the logger: its thread may be the one that ended, and nobody would wait for it.</summary>
    static void Record(TspmHome home, object error)
    {
        var now = DateTimeText(TimeProvider.System.GetUtcNow());
        try
        {
            using var file = new AppendingStream(home.DaemonLog);
            file.Write(Encoding.UTF8.GetBytes($"{now} CRI internal error, the daemon ends: {error}\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The guardian reports the death in any case, and standard error has the rest.
        }
    }

    static string DateTimeText(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
