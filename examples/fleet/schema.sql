-- The table of the ERP. It has no unique constraint: the import inserts each order once.
CREATE TABLE erp_orders (
	id     bigint NOT NULL,
	body   jsonb  NOT NULL,
	worker text   NOT NULL
);
