using Tspm.Model.Selecting;
using Tspm.Protocol;

namespace Tspm.Client.Offline;

/// <summary>
/// Shows logs from the files when no daemon runs, in the order in which a daemon would send them; ends early when
/// <paramref name="onLine"/> returns false.
/// </summary>
/// <param name="matched">Called first, with the names and numbers of the instances that the selectors match.</param>
/// <exception cref="Connection.DaemonException">NoSuchProcess for a selector that matches nothing.</exception>
internal delegate void OfflineLogs(
    LogsRequest request, Action<IReadOnlyList<InstanceName>> matched, Func<LogLine, bool> onLine);
