-- Of 100,000 repositories the table of assets has millions of rows: an index of it costs more where they are written than it saves where they
-- are read. What is asked of all assets reads the table in its order; what is asked of one repository begins with its name.
DROP INDEX assets_asset;
DROP INDEX assets_algorithm;
DROP INDEX assets_public_key;
CREATE INDEX assets_public_key ON assets (standing, public_key) WHERE public_key IS NOT NULL;
CREATE INDEX standings_standing ON standings (is_standing);
-- An id is made of the name: neither is there twice. Without UNIQUE SQLite begins with the assets all the same.
CREATE UNIQUE INDEX repositories_name ON repositories (name);
