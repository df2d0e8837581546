FROM node:22-alpine
RUN npm install --global my-server
CMD ["my-server", "--stdio"]
