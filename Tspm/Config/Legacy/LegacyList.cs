using Tspm.Model;

namespace Tspm.Config.Legacy;

/// <summary>One process of the older Tspm as a config of this one: complete, valid, with a name that no other one of its list has.</summary>
/// <param name="Config">Has <see cref="ProcessConfig.LegacyId"/>: by it a process is known as one that an older manager may still run.</param>
/// <param name="Number">Its old id where that was a whole number.</param>
/// <param name="IsUp">Whether the older Tspm had written down that it should run; null: early versions did not.</param>
internal sealed record LegacyProcess(ProcessConfig Config, int? Number, bool? IsUp);

/// <summary>What an old process list holds.</summary>
/// <param name="Processes">In the order of the file.</param>
/// <param name="Remarks">Sentences about what was left out or changed.</param>
/// <param name="Problem">Why nothing of it can be read; null: it could.</param>
internal sealed record LegacyList(IReadOnlyList<LegacyProcess> Processes, IReadOnlyList<string> Remarks, string? Problem);
