namespace Tspm.Protocol;

/// <summary>The text formats of <c>metrics</c>: the values of <see cref="MetricsRequest.Format"/>.</summary>
internal static class MetricsFormat
{
    /// <summary>OpenMetrics 1.0 (https://github.com/prometheus/OpenMetrics): the default.</summary>
    public const string OpenMetrics = "openmetrics";

    /// <summary>
    /// The text format 0.0.4 of Prometheus, for readers that do not support OpenMetrics, such as node_exporter.
    /// </summary>
    public const string Prometheus = "prometheus";

    /// <summary>The accepted values, for error messages.</summary>
    public const string Expected = $"{OpenMetrics} or {Prometheus}";

    /// <summary>Whether the format is one of the two.</summary>
    public static bool IsKnown(string format) => format is OpenMetrics or Prometheus;
}
