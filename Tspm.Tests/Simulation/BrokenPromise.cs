namespace Tspm.Tests.Simulation;

/// <summary>Something happened that guardian and daemon promise will never happen.</summary>
internal sealed class BrokenPromise(string promise) : Exception($"broken promise: {promise}");
