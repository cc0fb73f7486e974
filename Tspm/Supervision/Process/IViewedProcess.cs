using Tspm.Model.Selecting;

namespace Tspm.Supervision.Process;

/// <summary>What code outside the supervisor may hold of an instance; safe to use from any thread.</summary>
internal interface IViewedProcess
{
    InstanceKey Key { get; }

    /// <summary>The newest snapshot.</summary>
    ProcessView View { get; }
}
