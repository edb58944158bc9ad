-- What waits for a review on a site, without reading its other articles.
CREATE INDEX articles_submitted ON articles (site_id, updated_at) WHERE state = 'submitted';
