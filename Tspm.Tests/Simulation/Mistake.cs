namespace Tspm.Tests.Simulation;

/// <summary>A deliberate mistake of one of the parties, so that the simulation can be seen to find it.</summary>
internal enum Mistake
{
    None,

    /// <summary>The daemon acknowledges a record of the guardian when it arrives, before the exit is saved.</summary>
    AcknowledgesBeforeSaving,

    /// <summary>The guardian sends a record to one daemon only, whatever becomes of that daemon.</summary>
    SendsRecordsOnce,

    /// <summary>The guardian closes the output of a child when it reaps the child.</summary>
    ClosesOutputEarly,

    /// <summary>The guardian starts the next daemon without waiting for the end of the one that leaves.</summary>
    StartsTwoDaemons,

    /// <summary>A starting daemon does not ask the guardian again before it takes an intent for forgotten.</summary>
    ForgetsCatchUp,

    /// <summary>The guardian kills a daemon that is to end without waiting for its deadline.</summary>
    KillsAtOnce,

    /// <summary>The guardian loses the exit records when it becomes another version.</summary>
    LosesRecordsInUpgrade,

    /// <summary>The daemon gives the guardian no output to hold.</summary>
    StoresNoOutput,
}
