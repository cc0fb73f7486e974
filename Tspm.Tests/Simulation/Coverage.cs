namespace Tspm.Tests.Simulation;

/// <summary>What runs came by: a simulation that never gets there would find nothing.</summary>
internal sealed class Coverage
{
    public int Starts, Passed, Upgrades, RolledBack, TakenOver, GuardiansKilled, Overdue, CaughtUp,
        CaughtUpWithRecords, Exits;

    public void Add(Coverage other)
    {
        Starts += other.Starts;
        Passed += other.Passed;
        Upgrades += other.Upgrades;
        RolledBack += other.RolledBack;
        TakenOver += other.TakenOver;
        GuardiansKilled += other.GuardiansKilled;
        Overdue += other.Overdue;
        CaughtUp += other.CaughtUp;
        CaughtUpWithRecords += other.CaughtUpWithRecords;
        Exits += other.Exits;
    }

    public IReadOnlyDictionary<string, int> Counts => new Dictionary<string, int>
    {
        ["daemons started"] = Starts,
        ["probations passed"] = Passed,
        ["upgrades"] = Upgrades,
        ["rollbacks"] = RolledBack,
        ["takeovers"] = TakenOver,
        ["guardians killed"] = GuardiansKilled,
        ["daemons overdue"] = Overdue,
        ["catch-ups"] = CaughtUp,
        ["catch-ups with a record"] = CaughtUpWithRecords,
        ["exits checked"] = Exits,
    };
}
