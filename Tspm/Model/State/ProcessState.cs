using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>The observed state of one instance, as users see it. Only observed states are reported.</summary>
[JsonConverter(typeof(ProcessStateConverter))]
internal enum ProcessState
{
    /// <summary>There is no child, and none will be started.</summary>
    Stopped,

    /// <summary>A child is being started, or is running but not ready yet.</summary>
    Starting,

    /// <summary>The child is running and, if a probe is set, ready.</summary>
    Online,

    /// <summary>The child is being stopped, or its leftover processes are.</summary>
    Stopping,

    /// <summary>There is no child; the next start is scheduled (backoff).</summary>
    Waiting,

    /// <summary>There is no child, because Tspm gave up. The reason says why.</summary>
    Errored,
}

/// <summary>The desired state, kept across restarts of the daemon and of the machine.</summary>
[JsonConverter(typeof(DesiredStateConverter))]
internal enum DesiredState
{
    Down,
    Up,
}
