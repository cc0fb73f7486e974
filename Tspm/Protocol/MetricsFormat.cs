namespace Tspm.Protocol;

/// <summary>The text formats of <c>metrics</c>: the values of <see cref="MetricsRequest.Format"/>.</summary>
internal static class MetricsFormat
{
    /// <summary>OpenMetrics 1.0 (https://github.com/prometheus/OpenMetrics): the default.</summary>
    public const string OpenMetrics = "openmetrics";

    /// <summary>Prometheus's text format 0.0.4, for readers that know nothing newer, such as node_exporter's.</summary>
    public const string Prometheus = "prometheus";

    /// <summary>For sentences.</summary>
    public const string Expected = $"{OpenMetrics} or {Prometheus}";

    public static bool IsKnown(string format) => format is OpenMetrics or Prometheus;
}
