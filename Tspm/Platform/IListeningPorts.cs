namespace Tspm.Platform;

/// <summary>Finds the TCP ports on which processes listen.</summary>
internal interface IListeningPorts
{
    /// <summary>
    /// Returns the ports in ascending order, each once; null if that is not visible, for example because the processes
    /// belong to another user.
    /// </summary>
    /// <param name="pids">The processes of one tree.</param>
    IReadOnlyList<int>? Find(IEnumerable<int> pids);
}
