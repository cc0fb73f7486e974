using Tspm.Model.Config;

namespace Tspm.Legacy;

/// <summary>
/// One process of the older Tspm as a config of this one: complete, valid, with a name that no other one of its list
/// has.
/// </summary>
/// <param name="config">Has <see cref="ProcessConfig.LegacyId"/>: by it a process is known as one that an older manager
/// may still run.</param>
/// <param name="number">Its old id where that was a whole number.</param>
/// <param name="isUp">Whether the older Tspm had written down that it should run; null: early versions did not.</param>
internal sealed class LegacyProcess(ProcessConfig config, int? number, bool? isUp)
{
    public ProcessConfig Config => config;

    public int? Number => number;

    public bool? IsUp => isUp;
}

/// <summary>What an old process list holds.</summary>
/// <param name="processes">In the order of the file.</param>
/// <param name="remarks">Sentences about what was left out or changed.</param>
/// <param name="problem">Why nothing of it can be read; null: it could.</param>
internal sealed class LegacyList(List<LegacyProcess> processes, List<string> remarks, string? problem)
{
    public List<LegacyProcess> Processes => processes;

    public List<string> Remarks => remarks;

    public string? Problem => problem;
}
