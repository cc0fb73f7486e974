using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>The observed state of one instance, as users see it. Only what was observed is ever reported.</summary>
[JsonConverter(typeof(ProcessStateConverter))]
internal enum ProcessState
{
    /// <summary>No child, and none is to be started.</summary>
    Stopped,

    /// <summary>A child is being started, or runs and is not ready yet.</summary>
    Starting,

    /// <summary>The child runs (and is ready, if a probe is set).</summary>
    Online,

    /// <summary>The child was asked to end, or what it left behind is being removed.</summary>
    Stopping,

    /// <summary>No child; the next try is scheduled (backoff).</summary>
    Waiting,

    /// <summary>No child; gave up. The reason says why.</summary>
    Errored,
}

/// <summary>What the user wants: kept over restarts of the daemon and of the machine.</summary>
[JsonConverter(typeof(DesiredStateConverter))]
internal enum DesiredState
{
    Down,
    Up,
}
