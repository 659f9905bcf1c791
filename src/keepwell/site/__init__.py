"""The site: settings, the night, arrival, jobs, addresses and what every page shares."""
