using Tspm.Protocol;

namespace Tspm.Client.Offline;

/// <summary>
/// Shows logs from the files when no daemon runs, in the order in which a daemon would send them; ends early when
/// <paramref name="onLine"/> returns false.
/// </summary>
/// <param name="several">Told first: do the selectors fit several instances?</param>
/// <exception cref="Connection.DaemonException">NoSuchProcess for a selector that fits nothing.</exception>
internal delegate void OfflineLogs(LogsRequest request, Action<bool> several, Func<LogLine, bool> onLine);
