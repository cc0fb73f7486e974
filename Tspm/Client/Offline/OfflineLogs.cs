using Tspm.Protocol;

namespace Tspm.Client.Offline;

/// <summary>
/// Shows logs from the files when no daemon runs, in the order in which a daemon would send them; ends early when
/// <paramref name="onLine"/> returns false.
/// </summary>
/// <param name="several">Called first, with whether the selectors match several instances.</param>
/// <exception cref="Connection.DaemonException">NoSuchProcess for a selector that matches nothing.</exception>
internal delegate void OfflineLogs(LogsRequest request, Action<bool> several, Func<LogLine, bool> onLine);
