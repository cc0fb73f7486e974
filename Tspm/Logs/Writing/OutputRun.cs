namespace Tspm.Logs.Writing;

/// <summary>The run whose output a stream carries, for the time index.</summary>
internal sealed class OutputRun(ulong id)
{
    public ulong Id => id;

    /// <summary>
    /// Pid of the child; 0: not started yet, or started by an earlier daemon, which has recorded it in the index.
    /// </summary>
    public int Pid { get; set; }

    /// <summary>Whether the start is recorded in the index.</summary>
    public bool IsNoted { get; set; }
}
