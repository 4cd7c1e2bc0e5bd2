package diff_test

// sample contains one of everything that can change.
const sample = `openapi: 3.0.3
info:
  title: Shop
  version: '1.0'
servers:
  - url: https://api.example.test/v1
security:
  - token: []
tags:
  - name: Orders
    description: What people buy.
paths:
  /{shop}/orders:
    parameters:
      - name: shop
        in: path
        required: true
        schema:
          type: string
    get:
      operationId: listOrders
      tags: [Orders]
      summary: List orders
      parameters:
        - name: statusIds
          in: query
          style: form
          explode: true
          schema:
            type: array
            items:
              type: integer
              format: int64
        - name: page
          in: query
          schema:
            type: integer
            format: int32
            minimum: 1
            maximum: 1000
            default: 1
      responses:
        '200':
          description: The orders.
          headers:
            X-Total:
              schema:
                type: integer
          content:
            application/json: # orders
              schema: {type: array, items: {$ref: '#/components/schemas/Order'}}
              example: []
        '404':
          description: There is no such shop.
    post:
      operationId: createOrder
      tags: [Orders]
      requestBody:
        required: true
        content:
          application/json: # new order
            schema:
              $ref: '#/components/schemas/NewOrder'
      responses:
        '201':
          description: Created.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Order'} # created
  /{shop}/orders/{id}:
    delete:
      operationId: deleteOrder
      parameters:
        - $ref: '#/components/parameters/Shop'
        - name: id
          in: path
          required: true
          schema:
            type: integer
            format: int64
      responses:
        '204':
          description: Gone.
components:
  securitySchemes:
    token:
      type: http
      scheme: bearer
  parameters:
    Shop:
      name: shop
      in: path
      required: true
      schema:
        type: string
  schemas:
    Order:
      type: object
      description: An order.
      required: [Id]
      properties:
        Id:
          type: integer # of an order
          format: int64
        Status:
          $ref: '#/components/schemas/Status'
        Note:
          type: string
          nullable: true
          maxLength: 200
          example: Ring twice
        security: {type: object, properties: {Level: {type: integer}}}
        Parent:
          $ref: '#/components/schemas/Order'
    NewOrder:
      type: object
      required: [BuyerId]
      additionalProperties: true
      properties:
        # more
        BuyerId:
          type: integer
          format: int64
        Payment:
          type: string
          enum: [Card, Cash]
        Comment:
          type: string
          nullable: true
          maxLength: 200
        Lines:
          type: array
          minItems: 1
          items:
            type: number
            format: double
    Status:
      type: string
      enum: [New, Sent]
      x-enum-varnames: [New, Sent]
    Unused:
      type: object
      deprecated: true
`
