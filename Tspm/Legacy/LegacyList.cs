using Tspm.Model.Config;

namespace Tspm.Legacy;

/// <summary>
/// One process of the older Tspm, converted to a config of this version: complete, valid, and with a name that is
/// unique in its list.
/// </summary>
/// <param name="config">Contains <see cref="ProcessConfig.LegacyId"/>, which marks processes that an older manager may
/// still run.</param>
/// <param name="number">Its old id if that was a whole number, else null.</param>
/// <param name="isUp">Whether the older Tspm had recorded that the process should run; null: early versions recorded
/// nothing.</param>
internal sealed class LegacyProcess(ProcessConfig config, int? number, bool? isUp)
{
    public ProcessConfig Config => config;

    public int? Number => number;

    public bool? IsUp => isUp;
}

/// <summary>The contents of a legacy process list.</summary>
/// <param name="processes">The processes, in the order of the file.</param>
/// <param name="remarks">Sentences about everything that was left out or changed.</param>
/// <param name="problem">Why the file cannot be read at all; null if it can.</param>
internal sealed class LegacyList(List<LegacyProcess> processes, List<string> remarks, string? problem)
{
    public List<LegacyProcess> Processes => processes;

    public List<string> Remarks => remarks;

    public string? Problem => problem;
}
